"""How accurate a model is, in words, from the figures that came with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_desktop.log import get_logger
from fer_desktop.ui.look.wording import accuracy_text, label_text, translate
from trainer.contract.checked_json import Count, JsonError, Line, Share, read_json
from trainer.contract.preset import METRICS_FILE
from trainer.contract.text import counted, one_line

log = get_logger("ui")

_LONGEST_DATA: Final = 80


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Measured figures of a model.

    Attributes:
        data: what it was tested on.
        faces: how many faces that were.
        accuracy: share of them that it labelled as people had.
        interval: where that share lies with 95 % confidence; None where it was not reckoned.
        weakest: the label it finds least often, with the share of its faces that it found.
    """

    data: str
    faces: int
    accuracy: float
    interval: tuple[float, float] | None
    weakest: tuple[str, float] | None

    def accuracy_text(self) -> str:
        """Return the accuracy in percent, with its interval."""
        return accuracy_text(self.accuracy, self.interval)

    def sentence(self) -> str:
        """Return the figures as a sentence."""
        text = translate(
            "ModelFacts",
            "On {faces} ({data}) it agrees with the label that people gave in {right} % of cases.",
        ).format(
            faces=counted(self.faces, "test face"), data=self.data, right=round(self.accuracy * 100)
        )
        if self.weakest is not None:
            label, share = self.weakest
            text += " " + translate("ModelFacts", "Lowest recall: {label}, {share} %.").format(
                label=label_text(label), share=round(share * 100)
            )
        return text


@dataclass(frozen=True)
class _LabelMetrics:
    recall: Share


@dataclass(frozen=True)
class _Metrics:
    n: Count
    accuracy: Share
    per_label: dict[Line, _LabelMetrics]
    accuracy_interval_95: tuple[Share, Share] | None = None
    data: Line = ""


def read_model_facts(folder: Path) -> ModelFacts | None:
    """Return the figures of a model folder; None where they are missing or unreadable."""
    file = folder / METRICS_FILE
    try:
        raw = read_json(file, _Metrics)
    except FileNotFoundError:
        return None
    except (OSError, JsonError) as error:
        log.warning("no figures from %s: %s", file, error)
        return None
    recalls = {label: values.recall for label, values in raw.per_label.items()}
    return ModelFacts(
        data=one_line(raw.data, _LONGEST_DATA) or translate("ModelFacts", "its own dataset"),
        faces=raw.n,
        accuracy=raw.accuracy,
        interval=raw.accuracy_interval_95,
        weakest=min(recalls.items(), key=lambda item: item[1], default=None),
    )
