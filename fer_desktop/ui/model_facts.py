"""How accurate a model is, in words, from the figures that came with it."""

import json
from dataclasses import dataclass
from pathlib import Path

from fer_desktop.ui.wording import label_text, translate
from trainer.contract.preset import METRICS_FILE


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Measured figures of a model.

    Attributes:
        data: what it was tested on.
        faces: how many faces that were.
        accuracy: share of them that it labelled as people had.
        weakest: the label it finds least often, with the share of its faces that it found.
    """

    data: str
    faces: int
    accuracy: float
    weakest: tuple[str, float] | None

    def sentence(self) -> str:
        """Return the figures as a sentence."""
        text = translate(
            "ModelFacts",
            "On {faces} test faces of {data} it chose the label that people had given in {right} "
            "of 100 cases.",
        ).format(faces=f"{self.faces:,}", data=self.data, right=round(self.accuracy * 100))
        if self.weakest is not None:
            label, share = self.weakest
            text += " " + translate(
                "ModelFacts", "Weakest: {label}, found in {share} of 100."
            ).format(label=label_text(label), share=round(share * 100))
        return text


def read_model_facts(folder: Path) -> ModelFacts | None:
    """Return the figures of a model folder; None where they are missing or unreadable."""
    try:
        raw = json.loads((folder / METRICS_FILE).read_text(encoding="utf-8"))
        recalls = {
            str(label): float(values["recall"]) for label, values in raw["per_label"].items()
        }
        return ModelFacts(
            data=str(raw.get("data", "")) or translate("ModelFacts", "its data set"),
            faces=int(raw["n"]),
            accuracy=float(raw["accuracy"]),
            weakest=min(recalls.items(), key=lambda item: item[1], default=None),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
