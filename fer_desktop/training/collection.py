"""Collecting faces with the camera: which expression is asked for, what is taken, where it goes.

Pictures that follow each other are nearly the same, and a model that is tested on what it has all
but seen looks better than it is. So every expression is asked for in several rounds; a whole round
is either learned from or kept for checking and testing, and lies in the folder of that name.
"""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import StorageError
from fer_desktop.files import make_folder, name_problem
from fer_desktop.training.frame_quality import FaceLook, Flaw
from fer_desktop.training.photo_crops import save_crop
from fer_desktop.training.picture_folder import PicturesError
from trainer.contract.labels import LABEL_SETS, REST, canonical

GET_READY_S: Final = 3.0
_PAUSE_S: Final = 0.25  # between two pictures
_SPLITS: Final = ("train", "validation", "test")
_SPLIT_OF_ROUND: Final = ("train", "test", "validation")  # the rounds that follow are learned from
_LONGEST_LABEL: Final = 30
_MIN_FREE_BYTES: Final = 20_000_000
MIN_ROUNDS: Final = len(_SPLIT_OF_ROUND)


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """What shall be collected.

    Attributes:
        folder: where the pictures go.
        labels: the expressions, in the order in which they are asked for.
        rounds: how often each is asked for.
        per_round: pictures of each at a time.
    """

    folder: Path
    labels: tuple[str, ...]
    rounds: int = 5
    per_round: int = 10

    @property
    def per_label(self) -> int:
        """Pictures of each expression when all is done."""
        return self.rounds * self.per_round


@dataclass(frozen=True, slots=True, eq=False)
class CollectionState:
    """How it stands after a frame.

    Attributes:
        label: the expression that is asked for; empty when all is done.
        round: which round, from 1.
        taken: pictures of it in this round.
        counts: pictures of each expression.
        flaw: why the frame was not taken, if it was not.
        ready_in_s: time until pictures are taken again.
        newest: the crop that was just taken, RGB.
    """

    label: str
    round: int
    taken: int
    counts: Mapping[str, int]
    flaw: Flaw | None = None
    ready_in_s: float = 0.0
    newest: NDArray[np.uint8] | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is asked for any more."""
        return not self.label

    @property
    def total(self) -> int:
        """Pictures in all."""
        return sum(self.counts.values())


def check_label(label: str, taken: Collection[str]) -> None:
    """Check that an expression may be called so; it names a folder and stands in lists.

    Raises:
        PicturesError: if it may not.
    """
    if not label.strip():
        raise PicturesError("An expression needs a name.")
    if problem := name_problem(label, longest=_LONGEST_LABEL, forbidden=","):
        raise PicturesError(problem)
    if label.startswith("-"):
        raise PicturesError("A name cannot begin with -.")
    if canonical(label) in {canonical(other) for other in taken}:
        raise PicturesError(f"There is already an expression {label}.")
    if canonical(label) in {*_SPLITS, *LABEL_SETS, REST}:
        raise PicturesError(f"{label} already means something else: choose another name.")


class Collector:
    """Asks for one expression after another and keeps what is fit; used by one thread at a time."""

    def __init__(self, plan: CollectionPlan, stamp: str, now_s: float) -> None:
        """Begin with the first expression.

        Args:
            plan: what shall be collected.
            stamp: begins the files' names, so that pictures of another day are not replaced.
            now_s: the time, on any clock that goes on.
        """
        self._plan = plan
        self._stamp = stamp
        self._prompts = [
            (number, label) for number in range(1, plan.rounds + 1) for label in plan.labels
        ]
        self._files: list[list[Path]] = [[] for _ in self._prompts]
        self._at = 0
        self._last: FaceLook | None = None
        self._due_s = now_s + GET_READY_S
        self._is_getting_ready = True

    @property
    def state(self) -> CollectionState:
        """How it stands, without any frame."""
        return self._state()

    def take(self, look: FaceLook | Flaw, now_s: float) -> CollectionState:
        """Keep a face if one is due and it is fit.

        Raises:
            StorageError: if it cannot be written; it is asked for again.
        """
        if self._at == len(self._prompts):
            return self._state()
        if now_s < self._due_s:
            # What is wrong with the picture can be put right meanwhile.
            flaw = look if isinstance(look, Flaw) else None
            ready_in_s = self._due_s - now_s if self._is_getting_ready else 0.0
            return self._state(flaw=flaw, ready_in_s=ready_in_s)
        self._is_getting_ready = False
        if isinstance(look, FaceLook) and look.is_like(self._last):
            look = Flaw.ALIKE
        if isinstance(look, Flaw):
            return self._state(flaw=look)
        self._save(look)
        self._last = look
        self._due_s = now_s + _PAUSE_S
        if len(self._files[self._at]) >= self._plan.per_round:
            self._at += 1
            self._begin_prompt(now_s)
        return self._state(newest=look.crop, ready_in_s=max(0.0, self._due_s - now_s))

    def get_ready(self, now_s: float) -> CollectionState:
        """Leave time before the next picture, as after a pause."""
        self._begin_prompt(now_s)
        return self._state(ready_in_s=GET_READY_S)

    def skip(self, now_s: float) -> CollectionState:
        """Go on with the next expression."""
        self._at = min(self._at + 1, len(self._prompts))
        return self.get_ready(now_s)

    def redo(self, now_s: float) -> CollectionState:
        """Throw away the pictures of this prompt, or of the one before if it has none yet.

        Raises:
            StorageError: if they cannot be deleted.
        """
        is_over = self._at == len(self._prompts)
        if (is_over or not self._files[self._at]) and self._at > 0:
            self._at -= 1
        for file in self._files[self._at]:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise StorageError(f"{file} cannot be deleted: {error.strerror}.") from error
        self._files[self._at] = []
        self._last = None
        return self.get_ready(now_s)

    def _begin_prompt(self, now_s: float) -> None:
        self._due_s = now_s + GET_READY_S
        self._is_getting_ready = True

    def _save(self, look: FaceLook) -> None:
        folder = self._plan.folder
        if not folder.is_dir():
            raise StorageError(
                f"{folder} no longer exists: it was deleted or moved.",
                hint="Start again with another folder.",
            )
        number, label = self._prompts[self._at]
        split = _SPLIT_OF_ROUND[number - 1] if number <= len(_SPLIT_OF_ROUND) else "train"
        files = self._files[self._at]
        place = folder / split / label
        file = place / f"{self._stamp} round {number} {len(files) + 1:03}.png"
        save_crop(file, look.crop)
        files.append(file)

    def _state(
        self,
        *,
        flaw: Flaw | None = None,
        ready_in_s: float = 0.0,
        newest: NDArray[np.uint8] | None = None,
    ) -> CollectionState:
        is_over = self._at == len(self._prompts)
        number, label = (self._plan.rounds, "") if is_over else self._prompts[self._at]
        counts = dict.fromkeys(self._plan.labels, 0)
        for (_, name), files in zip(self._prompts, self._files, strict=True):
            counts[name] += len(files)
        taken = 0 if is_over else len(self._files[self._at])
        return CollectionState(label, number, taken, counts, flaw, ready_in_s, newest)


def prepare_folder(folder: Path) -> None:
    """Make the folder of a collection; one with something else in it is refused.

    Raises:
        PicturesError: if it holds what does not belong there.
        StorageError: if it cannot be made or written.
    """
    make_folder(folder)
    try:
        strange = [
            entry.name
            for entry in folder.iterdir()
            if not entry.name.startswith(".") and entry.name not in _SPLITS
        ]
    except OSError as error:
        raise StorageError(f"{folder} cannot be read: {error.strerror}.") from error
    if strange:
        raise PicturesError(
            f"{folder} already contains something else: {sorted(strange)[0]}.",
            hint="Choose an empty folder, or one with pictures that were collected before.",
        )
    # A full disk is told now, not after the first expression.
    if shutil.disk_usage(folder).free < _MIN_FREE_BYTES:
        raise StorageError(
            f"{folder} cannot be written: the disk is full.",
            hint="Free some space or choose another folder.",
        )
