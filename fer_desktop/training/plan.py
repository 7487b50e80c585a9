"""What the user wants trained, and how that is said to the trainer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from trainer.contract.checked_json import Line, Number, Prose

_SettingName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]*\Z", max_length=60)]
_SettingValue = bool | Annotated[int, Meta(ge=-(2**53), le=2**53)] | Number | Line


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingPlan:
    """Everything that decides a training.

    Attributes:
        name: what the new model shall be called.
        data, votes: the pictures, as the trainer reads them.
        label_map: what the pictures' labels become, as the trainer's ``--map`` says it.
        fixes: a table of pictures whose labels were put right.
        start: folder of the model that it begins as; None begins with random weights.
        system: the trainer's name of the network, where there is no such model.
        labels: what it shall tell apart; empty for what the trainer would choose.
        settings: what differs from the trainer's own settings, by their names.
        against: folder of the model that it is compared with; None compares with none.
    """

    name: Line
    data: Path
    votes: Path | None = None
    label_map: Prose = ""
    fixes: Path | None = None
    start: Path | None = None
    system: Line = ""
    labels: tuple[Line, ...] = ()
    settings: Mapping[_SettingName, _SettingValue] = field(default_factory=dict)
    against: Path | None = None

    def settings_words(self) -> list[str]:
        """Return the command that lists the settings with the values that it would take."""
        return ["settings", *self._network()]

    def probe_words(self) -> list[str]:
        """Return the command that measures how long the training would take here."""
        return ["probe", *self._what(), *self._how(), "--json"]

    def train_words(self, out: Path) -> list[str]:
        """Return the command that begins the training in a folder, or goes on with it."""
        words = ["train", *self._what(), *self._how(), "--out", str(out)]
        return [*words, "--resume", "--progress", "json"]

    def export_words(self, out: Path) -> list[str]:
        """Return the command that makes a model of the best epoch of the training in a folder."""
        return ["export", "--run", str(out), "--out", str(out)]

    def evaluate_words(self, model: Path, out: Path, against: Path | None = None) -> list[str]:
        """Return the command that measures a model on pictures that the training leaves out."""
        words = ["evaluate", "--model", str(model), *self._data(), "--out", str(out), "--json"]
        return [*words, "--against", str(against)] if against is not None else words

    @property
    def epochs(self) -> int:
        """How many epochs it has; 0 where the trainer decides."""
        epochs = self.settings.get("epochs")
        return epochs if isinstance(epochs, int) else 0

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it."""
        return {
            "name": self.name,
            "data": str(self.data),
            "votes": _text(self.votes),
            "label_map": self.label_map,
            "fixes": _text(self.fixes),
            "start": _text(self.start),
            "system": self.system,
            "labels": list(self.labels),
            "settings": dict(self.settings),
            "against": _text(self.against),
        }

    def _data(self) -> list[str]:
        words = ["--data", str(self.data)]
        if self.label_map:
            words.append(f"--map={self.label_map}")
        if self.fixes is not None:
            words += ["--fixes", str(self.fixes)]
        return [*words, "--votes", str(self.votes)] if self.votes is not None else words

    def _what(self) -> list[str]:
        labels = [f"--labels={','.join(self.labels)}"] if self.labels else []
        return [*self._network(), *self._data(), *labels]

    def _network(self) -> list[str]:
        return ["--start", str(self.start)] if self.start else ["--system", self.system]

    def _how(self) -> list[str]:
        words = []
        for name, value in self.settings.items():
            flag = name.replace("_", "-")
            if isinstance(value, bool):
                words.append(f"--{flag}" if value else f"--no-{flag}")
            else:
                words.append(f"--{flag}={value}")  # a value may begin with a hyphen
        return words


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
