import itertools
import re

import pytest

from fer_desktop.domain.palette import color_for, rgb, text_color_on
from trainer.contract.labels import LABEL_SETS

pytestmark = pytest.mark.unit


def contrast(first: str, second: str) -> float:
    def luminance(color: str) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (channel / 255 for channel in rgb(color))
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("label", "color"),
    [
        ("neutral", "#999999"),
        ("happy", "#E69F00"),
        ("Happiness", "#E69F00"),
        ("sadness", "#0072B2"),
        (" ANGER ", "#D55E00"),
        ("contempt", "#8C6D46"),
    ],
)
def test_known_expressions_have_their_colour_under_every_name(label: str, color: str) -> None:
    assert color_for(label) == color


@pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=LABEL_SETS)
def test_labels_of_a_model_differ(labels: tuple[str, ...]) -> None:
    assert len({color_for(label) for label in labels}) == len(labels)


def test_other_labels_have_stable_and_different_colours() -> None:
    labels = ["bored", "confused", "engaged", "frustrated", "calm", "overwältigt", "😀", ""]
    colors = [color_for(label) for label in labels]
    assert all(re.fullmatch(r"#[0-9A-F]{6}", color) for color in colors)
    for first, second in itertools.combinations(map(rgb, colors), 2):
        assert sum(abs(a - b) for a, b in zip(first, second, strict=True)) > 20
    assert color_for("bored") == color_for(" Bored")


@pytest.mark.parametrize("label", [*LABEL_SETS["ferplus8"], "bored", "calm", "engaged"])
def test_text_reads_on_every_colour(label: str) -> None:
    assert contrast(text_color_on(color_for(label)), color_for(label)) >= 4.5


def test_colours_as_numbers() -> None:
    assert rgb("#E69F00") == (230, 159, 0)
