import json
from pathlib import Path
from typing import Any

import pytest

from fer_desktop.errors import TrainingError
from fer_desktop.training.inspection import read_inspection
from fer_desktop.training.picture_folder import LeftOut
from fer_desktop.ui.training.pictures.findings import findings

pytestmark = pytest.mark.unit

CLEAN = {"happy": (80, 10, 10), "sad": (40, 5, 5)}


def printed(counts: dict[str, tuple[int, int, int]], **other: Any) -> str:
    """Return what the trainer prints of a dataset."""
    facts: dict[str, Any] = {
        "data": "faces",
        "layout": "label folders",
        "layout_why": "it has a folder for each label",
        "mapping": [],
        "persons": {"count": 0, "named_by": "", "faces_without": 0, "across": {}},
        "left_out": {},
        "notes": [],
        "splits_made": [],
        **{name: {"count": 0, "names": []} for name in ("blurred", "dark", "bright", "faint")},
        "faces": sum(map(sum, counts.values())),
        "labels": list(counts),
        "splits_of_its_own": True,
        "counts": {
            split: {name: numbers[at] for name, numbers in counts.items()}
            for at, split in enumerate(("train", "validation", "test"))
        },
        "skipped": [],
        "constant": [],
        "exact_copies": {
            **{"distinct": 0, "surplus": 0, "inside": {}, "across": {}},
            "pictures_with_several_labels": 0,
        },
        "near_copies": {
            **{"pairs": 0, "across": {}, "pairs_with_several_labels": 0, "examples": []},
        },
        "size_px": {},
        "brightness": {"median": 128.0},
        "contrast": {"median": 30.0},
        "sheets": {name: f"label_{at}.png" for at, name in enumerate(counts)},
    }
    return json.dumps(facts | other)


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in findings(read_inspection(text, Path()))]


def test_what_the_trainer_found_is_read() -> None:
    found = read_inspection(printed(CLEAN | {"fear": (0, 0, 0)}), Path("/sheets"))
    assert list(found.counts) == ["happy", "sad"]  # one without pictures is none
    assert found.total == 150
    assert found.sheets["sad"] == Path("/sheets/label_1.png")
    assert found.is_usable
    assert kinds(printed(CLEAN)) == ["good"]


def test_pictures_that_models_learned_from_are_a_warning() -> None:
    known = {
        "models": ["fer4", "fer7"],
        "known": 32_298,
        "splits": {"train": 30, "validation": 4, "test": 6},
        "names": ["a.png"],
    }
    text = printed(CLEAN, known_to_models=[known])
    (finding,) = findings(read_inspection(text, Path()))
    assert finding.kind == "warning"
    assert finding.text.startswith("Pictures from which fer4, fer7 learned: 40 of 150.")


@pytest.mark.parametrize(
    ("counts", "is_usable", "expected"),
    [
        ({"happy": (80, 10, 10), "wink": (3, 0, 0)}, False, ["error"]),
        ({"happy": (80, 10, 10), "wink": (4, 1, 1)}, True, ["warning"]),
        ({"happy": (100, 10, 0), "sad": (100, 10, 0)}, False, ["error"]),
        ({"happy": (100, 0, 10), "sad": (100, 0, 10)}, False, ["error"]),
    ],
)
def test_too_few_pictures(
    counts: dict[str, tuple[int, int, int]], is_usable: bool, expected: list[str]
) -> None:
    assert read_inspection(printed(counts), Path()).is_usable is is_usable
    assert kinds(printed(counts)) == expected


def test_the_worst_is_said_first() -> None:
    text = printed(
        {"happy": (3, 0, 0), "sad": (30, 4, 4)},
        constant=["a.png"],
        skipped=[{"name": "b.txt", "reason": "not an image file"}],
        exact_copies={
            **{"distinct": 40, "surplus": 4, "inside": {}},
            "across": {"test in train": 2, "validation in train": 1},
            "pictures_with_several_labels": 1,
        },
        near_copies={"pairs": 7, "across": {}, "pairs_with_several_labels": 0, "examples": []},
    )
    found = read_inspection(text, Path())
    assert (found.copies, found.leaks, found.near_pairs, found.contradictions) == (4, 3, 7, 1)
    said = findings(found)
    assert [finding.kind for finding in said] == ["error"] + 5 * ["warning"] + 2 * ["info"]
    assert [finding.details for finding in said if finding.details] == [
        ("b.txt: not an image file",),
        ("a.png",),
    ]
    more = found.with_left_out((LeftOut("c.jpg", "no face was found in it"),))
    assert [item.name for item in more.left_out] == ["c.jpg", "b.txt"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", printed(CLEAN).replace("10", '"x"', 1)])
def test_what_cannot_be_understood_is_one_message(text: str) -> None:
    with pytest.raises(TrainingError, match="cannot be read"):
        read_inspection(text, Path())


@pytest.mark.parametrize(
    ("named_by", "said"),
    [
        ("the column person", "8 persons, told by the column person."),
        (
            "the column kept_together",
            "8 groups that are kept together, told by the column kept_together.",
        ),
    ],
)
def test_groups_of_one_person_are_not_called_persons(named_by: str, said: str) -> None:
    persons = {"count": 8, "named_by": named_by, "faces_without": 0, "across": {}}
    found = read_inspection(printed(CLEAN, persons=persons), Path())
    assert found.persons == said
