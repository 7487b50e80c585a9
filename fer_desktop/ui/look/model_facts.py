"""How accurate a model is, in words."""

from dataclasses import astuple, dataclass, fields
from pathlib import Path

from fer_desktop.models.model_figures import ModelFigures, UnseenFigures, read_model_figures
from fer_desktop.ui.look.wording import accuracy_text, label_text, translate
from trainer.contract.text import counted


@dataclass(frozen=True, slots=True)
class UnseenFacts(UnseenFigures):
    """How a model reads people of other collections, to be read out."""

    def sentence(self) -> str:
        """Return the figures as a sentence or two."""
        text = translate(
            "ModelFacts",
            "On {faces} from {sets} it reaches {share} %, with every expression counted equally",
        ).format(
            faces=counted(self.faces, "face"),
            sets=counted(self.sets, "other collection"),
            share=round(self.accuracy * 100),
        )
        if self.interval is not None:
            low, high = (round(bound * 100) for bound in self.interval)
            text += " " + translate("ModelFacts", "(95 % interval {low} to {high} %)").format(
                low=low, high=high
            )
        text += "."
        if self.weakest is not None:
            text += " " + _recall_sentence(*self.weakest)
        if self.chose_it:
            text += " " + translate(
                "ModelFacts", "It was chosen using these faces: expect slightly less on yours."
            )
        return text


@dataclass(frozen=True, slots=True)
class ModelFacts(ModelFigures):
    """Measured figures of a model, to be read out."""

    unseen: UnseenFacts | None = None

    def accuracy_text(self) -> str:
        """Return the accuracy in percent, with its interval."""
        return accuracy_text(self.accuracy, self.interval)

    def unseen_text(self) -> str:
        """Return the balanced accuracy on other collections; empty where it was not measured."""
        return (
            "" if self.unseen is None else accuracy_text(self.unseen.accuracy, self.unseen.interval)
        )

    def sentence(self) -> str:
        """Return the figures as sentences."""
        text = translate(
            "ModelFacts",
            "On {faces} ({data}) it agrees with the label that people gave in {right} % of cases.",
        ).format(
            faces=counted(self.faces, "test face"),
            data=self.data or translate("ModelFacts", "its own dataset"),
            right=round(self.accuracy * 100),
        )
        if self.weakest is not None:
            text += " " + _recall_sentence(*self.weakest)
        return text if self.unseen is None else f"{text} {self.unseen.sentence()}"


def _recall_sentence(label: str, share: float) -> str:
    return translate("ModelFacts", "Lowest recall: {label}, {share} %.").format(
        label=label_text(label), share=round(share * 100)
    )


def read_model_facts(folder: Path) -> ModelFacts | None:
    """Return the figures of a model folder; None where they are missing or unreadable."""
    found = read_model_figures(folder)
    if found is None:
        return None
    unseen = None if found.unseen is None else UnseenFacts(*astuple(found.unseen))
    figures = {field.name: getattr(found, field.name) for field in fields(found)}
    return ModelFacts(**{**figures, "unseen": unseen})
