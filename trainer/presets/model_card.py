"""The model card: what a model is, how it was made, how good it is and what it is for."""

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from trainer.contract.preset import CARD_FILE, LITERT_INT8, METRICS_FILE, Preset
from trainer.errors import RunError
from trainer.presets.card_figures import application_section, figures_section, sets_section
from trainer.presets.model_folder import model_preset
from trainer.runs.checkpoint import write_atomically

_WIDTH: Final = 100

_FER2013_TERMS: Final = """

The training images are not part of it. FER2013 (Goodfellow et al., "Challenges in Representation
Learning", ICML 2013) was released for research; its own terms apply to it, and whoever uses these
weights beyond research should judge what follows from that."""

_USES: Final = """\
## Uses

**Intended:** research, teaching and personal use: showing which expression a face displays, with
the knowledge and consent of the person shown. The output is the *expression on a face*, as people
who label photographs would name it. It is not what the person feels, thinks or intends.

**Not intended, and partly unlawful:**

- Inferring emotions of people at work or in education. In the European Union Article 5(1)(f) of
  Regulation (EU) 2024/1689 prohibits it, except for medical or safety reasons.
- Any decision about a person: hiring, grading, insurance, credit, policing, border control,
  diagnosis, lie detection.
- Recording or analysing people without their knowledge and consent.
- Identifying people: the network was not made for it and is useless for it."""

_FER2013_WEAKNESSES: Final = """\
- FER2013's labels are noisy: people agree with them about 65 % of the time. High accuracy on them
  is not the same as reading faces well, and part of the errors counted here are the labels'.
- Its images were collected by searching the web for words of emotion: posed and exaggerated
  expressions are over-represented, small spontaneous ones under-represented.
- It says nothing of age, gender or skin colour, so accuracy per group is unknown. Expect it to
  differ, and expect children, older people, glasses, beards, veils and masks to do worse.
- Faces turned far sideways, in the dark, or smaller than about 48 pixels are unreliable."""


def write_card(folder: Path) -> Path:
    """Write a model folder's card anew from its preset and its figures, and return its path.

    Raises:
        RunError: if it is no model folder, or does not say how the model was made.
    """
    preset, path = model_preset(folder), folder / METRICS_FILE
    try:
        text = model_card(preset, json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"{path} lacks figures that a model card needs.", hint="Export the run again."
        ) from error
    write_atomically(folder / CARD_FILE, text.encode())
    return folder / CARD_FILE


def model_card(preset: Preset, metrics: dict[str, Any]) -> str:
    """Return the text of ``MODEL_CARD.md``, made from what the model's folder says only.

    Raises:
        KeyError: if the figures lack something.
    """
    made = metrics["provenance"]
    on_fer2013 = any("fer2013" in data.lower() for data in made["learned_from"])
    parts = [
        f"# {preset.name}",
        f"{preset.description} Output: {', '.join(preset.labels)}.",
        "## Network\n\n" + bullets([*made["network"], *_input(preset)]),
        "## Training\n\n" + bullets(made["training"]),
        "```\n" + "\n".join(metrics["commands"].values()) + "\n```",
        figures_section(preset, metrics),
        sets_section(metrics),
        application_section(metrics),
        "## Known weaknesses\n\n" + "\n".join(_weaknesses(metrics, on_fer2013=on_fer2013)),
        _USES,
        _licence(preset, on_fer2013=on_fer2013),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def bullets(sentences: Sequence[str]) -> str:
    """Return a Markdown list, a point for each sentence."""
    return "\n".join(
        textwrap.fill(
            sentence,
            _WIDTH,
            initial_indent="- ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for sentence in sentences
    )


def _input(preset: Preset) -> list[str]:
    crop = preset.crop
    return [
        f"Input: {preset.input_size_px} x {preset.input_size_px} {preset.color} pixels from 0 to "
        "255; scaling is part of the network. Output: probabilities.",
        f"Crop: a square of {crop.scale} times the width of the face's box, centred "
        f"{crop.shift_up} box widths above the box's centre, turned back if the eyes tilt by more "
        f"than {crop.max_tilt_deg:g} degrees.",
        f"SHA-256 of `model.keras`: `{preset.sha256}`.",
        *_with_8_bits(preset),
    ]


def _with_8_bits(preset: Preset) -> list[str]:
    entry = preset.file_in(LITERT_INT8)
    if entry is None:
        return []
    return [
        f"`{entry.file}` is the same network with weights of 8 bits (`--engine litert-int8`). Its "
        "probabilities differ by some hundredths; the figures below are those of float32, and "
        "`fer-train evaluate --precision int8` measures its own."
    ]


def _weaknesses(metrics: dict[str, Any], *, on_fer2013: bool) -> list[str]:
    rows = sorted(metrics["per_label"].items(), key=lambda item: float(item[1]["recall"]))
    weakest = ", ".join(f"{name} ({row['recall']:.0%} found)" for name, row in rows[:2])
    lines = [f"- Weakest labels on the {metrics['split']} faces: {weakest}."]
    least = metrics.get("sets", {}).get("lowest_recall")
    if least:
        lines.append(
            f"- Weakest label on people that it has never seen: {least['label']} "
            f"({least['recall']:.0%} found, mean of the sets)."
        )
    if on_fer2013:
        lines.append(_FER2013_WEAKNESSES)
    return lines


def _licence(preset: Preset, *, on_fer2013: bool) -> str:
    text = f"## Licence\n\nWeights and this card: {preset.licence}, the FER Desktop authors."
    if on_fer2013:
        text += _FER2013_TERMS
    return text
