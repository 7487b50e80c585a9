"""What the trainer found in a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from fer_desktop.errors import TrainingError
from fer_desktop.training.picture_folder import LeftOut
from trainer.contract.checked_json import JsonError, decode_json
from trainer.contract.dataset_facts import DatasetFacts, persons_text

# With fewer, none of them is left to check and to test with.
MIN_PER_LABEL: Final = 6
FEW_PER_LABEL: Final = 50
_SPLITS: Final = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class LabelCount:
    """Pictures of one label: learned from, checked with, tested with."""

    train: int
    validation: int
    test: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.train + self.validation + self.test


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label of the dataset.

    Attributes:
        label: as the dataset names it.
        becomes: what it is called from then on; empty where its pictures are left out.
        pictures: how many have it.
    """

    label: str
    becomes: str
    pictures: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts about a dataset.

    Attributes:
        counts: for each label that has pictures, in the dataset's order.
        copies: pictures that are exact copies of another one.
        leaks: pictures to check or test with that are also learned from.
        near_pairs: pairs of pictures that are nearly the same.
        contradictions: pictures that stand under several labels.
        flat: pictures of one colour.
        left_out: files that cannot be used.
        sheets: a picture with some faces of each label side by side, sixteen in a row.
        sheet_names: the pictures on each sheet, in the order of reading.
        layout: how the dataset was read, and what that was told by; a sentence.
        mapping: what each of its labels became.
        notes: what a person should know about how it was read, a sentence each.
        persons: who is shown, as a sentence; empty where nothing says it.
        shared_persons: persons that are tested with and learned from.
        unlearned: pictures that are not used for their label.
        known_to: pictures from which models have learned: the models' names, and how many.
    """

    counts: Mapping[str, LabelCount]
    copies: int
    leaks: int
    near_pairs: int
    contradictions: int
    flat: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    sheets: Mapping[str, Path]
    sheet_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layout: str = ""
    mapping: tuple[LabelRow, ...] = ()
    notes: tuple[str, ...] = ()
    persons: str = ""
    shared_persons: int = 0
    unlearned: Mapping[str, int] = field(default_factory=dict)
    known_to: tuple[tuple[tuple[str, ...], int], ...] = ()

    @property
    def total(self) -> int:
        """Pictures in all."""
        return sum(count.total for count in self.counts.values())

    @property
    def scarce(self) -> tuple[str, ...]:
        """Labels with too few pictures to go on."""
        return tuple(name for name, n in self.counts.items() if n.total < MIN_PER_LABEL)

    @property
    def few(self) -> tuple[str, ...]:
        """Labels with pictures enough to go on, and too few for a good model."""
        return tuple(
            name for name, n in self.counts.items() if MIN_PER_LABEL <= n.total < FEW_PER_LABEL
        )

    @property
    def has_no_test(self) -> bool:
        """Whether nothing is left to check or to test with."""
        counts = self.counts.values()
        return not sum(n.validation for n in counts) or not sum(n.test for n in counts)

    @property
    def is_usable(self) -> bool:
        """Whether a model can be trained and tested with it."""
        return not self.scarce and not self.has_no_test

    def with_left_out(self, more: tuple[LeftOut, ...]) -> "Inspection":
        """Return the same facts with more files that are not used."""
        return replace(self, left_out=(*more, *self.left_out))


def read_inspection(printed: str, folder: Path) -> Inspection:
    """Build an inspection from what the trainer printed.

    Args:
        printed: JSON.
        folder: where it wrote the contact sheets.

    Raises:
        TrainingError: if it cannot be understood.
    """
    try:
        facts = decode_json(printed, DatasetFacts)
        table = {
            name: LabelCount(*(facts["counts"][split][name] for split in _SPLITS))
            for name in facts["labels"]
        }
    except (JsonError, KeyError) as error:
        raise TrainingError(
            "The trainer's report on the pictures cannot be read.",
            hint="See the log file for details.",
        ) from error
    exact = facts["exact_copies"]
    return Inspection(
        counts={name: count for name, count in table.items() if count.total},
        copies=exact["surplus"],
        leaks=sum(exact["across"].values()),
        near_pairs=facts["near_copies"]["pairs"],
        contradictions=exact["pictures_with_several_labels"],
        flat=tuple(facts["constant"]),
        left_out=tuple(LeftOut(row["name"], row["reason"]) for row in facts["skipped"]),
        sheets={name: folder / file for name, file in facts.get("sheets", {}).items()},
        sheet_names={name: tuple(names) for name, names in facts.get("sheet_names", {}).items()},
        layout=f"Read as {facts['layout']}: {facts['layout_why']}." if facts["layout_why"] else "",
        mapping=tuple(
            LabelRow(row["label"], row["becomes"], row["faces"]) for row in facts["mapping"]
        ),
        notes=tuple(facts["notes"]),
        persons=persons_text(facts["persons"]) if facts["persons"]["count"] else "",
        shared_persons=sum(facts["persons"]["across"].values()),
        unlearned=facts["left_out"],
        known_to=tuple(
            (tuple(each["models"]), sum(each["splits"].values()))
            for each in facts.get("known_to_models", [])
        ),
    )
