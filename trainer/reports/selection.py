"""Which faces of a dataset a model is measured on, and which are left out, and why."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.labels import REST, canonical
from trainer.contract.preset import Preset
from trainer.data.dataset import SPLITS, Dataset
from trainer.data.faces import Faces, Skipped, skipped_as_sentence
from trainer.data.index_reader import IndexReader
from trainer.data.readers import load_dataset, read_faces
from trainer.data.settled_labels import photograph_note
from trainer.errors import DataError
from trainer.metrics.set_schema import Unreadable


@dataclass(frozen=True, eq=False)
class Selection:
    """Faces that a model is asked about.

    Attributes:
        dataset: with the labels the model may predict.
        rows: the faces of it that are measured.
        split: what they are called: a split's name, or ``all``.
        left_out: faces that are not measured because of their label: one that the model does not
            know, or that was not asked for.
        skipped: pictures that could not be used.
        about_photos: a warning where pictures seem to be whole photographs.
    """

    dataset: Dataset
    rows: NDArray[np.int64]
    split: str
    left_out: dict[str, int]
    skipped: tuple[Skipped, ...]
    about_photos: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """What the model may answer with."""
        return self.dataset.labels

    @property
    def truth(self) -> NDArray[np.int64]:
        """Index of the right label of each face."""
        return self.dataset.truth(self.rows)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Who is shown on each face, or nothing where the dataset does not say."""
        subjects = self.dataset.subjects
        return tuple(subjects[row] for row in self.rows) if subjects else ()

    @property
    def copied(self) -> NDArray[np.bool_] | None:
        """Which faces are exact copies of training faces, where that can be told."""
        if self.split in ("train", "all"):
            return None
        return self.dataset.copied_from_training(self.rows)

    @property
    def absent(self) -> list[str]:
        """Labels that the model knows and no face has, measured or left out."""
        present = {self.labels[at] for at in self.truth} | set(self.left_out)
        return [label for label in self.labels if label not in present]

    @property
    def unreadable(self) -> list[Unreadable]:
        """Pictures that could not be used, as JSON holds them."""
        return [{"file": row.name, "reason": row.reason} for row in self.skipped]

    @property
    def notes(self) -> list[str]:
        """What a reader of the figures must know, a sentence each."""
        lines = []
        unknown = {name: n for name, n in self.left_out.items() if name not in self.labels}
        unasked = {name: n for name, n in self.left_out.items() if name in self.labels}
        for counts, why in ((unknown, "the model does not know"), (unasked, "were not asked for")):
            if counts:
                named = ", ".join(f"{name} ({count:,})" for name, count in counts.items())
                lines.append(f"Faces of labels that {why} are left out: {named}.")
        if self.absent:
            lines.append(f"No face of {', '.join(self.absent)}: these do not count.")
        if self.about_photos:
            lines.append(self.about_photos)
        if self.skipped:
            lines.append(skipped_as_sentence(self.skipped))
        return lines


def select(
    source: DataSource,
    preset: Preset,
    *,
    labels: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    split: str | None = None,
    whole: bool = False,
) -> Selection:
    """Choose the faces of a dataset that a model is measured on.

    Args:
        labels: those of the model's that it may answer with; all unless given.
        only: labels of the faces that are measured; all that the model may answer with unless
            given.
        split: ``train``, ``validation``, ``test`` or ``all``; without one the test faces, or
            the validation faces of a dataset that has no others. A dataset without splits gets
            the same ones as in training, so that no face is measured that a network learned.
        whole: whether a dataset without splits is measured whole unless the model learned from
            one of its name. One with an ``index.csv`` always is.

    Raises:
        DataError: if the labels or the dataset cannot be used, or nothing is left to measure.
    """
    answers = known_labels(labels, preset)
    size_px, color, crop = preset.input_size_px, preset.color, preset.crop
    faces = read_faces(source, size_px=size_px, color=color, crop=crop)
    known = {canonical(name) for name in answers}
    others = () if source.votes or REST in known else _unknown(faces, known)
    everything = load_dataset(
        source, labels=(*answers, *others), size_px=size_px, color=color, crop=crop, lenient=True
    )
    whole = whole or not IndexReader.refusal(source.path)
    if split is None and whole and (faces.split < 0).all() and not _learned(source, preset):
        split = "all"
    chosen = split or ("test" if len(everything.rows("test")) else "validation")
    rows = _rows(everything, chosen)
    names = np.array(everything.labels)[everything.truth(rows)]
    wanted = {canonical(name) for name in only} or known
    nowhere = wanted - {canonical(name) for name in (*answers, *faces.label_names)}
    if nowhere:
        raise DataError(
            f"{source.path} has no label {', '.join(sorted(nowhere))}.",
            hint=f"Its labels are {', '.join(faces.label_names)}.",
        )
    measured = np.array([canonical(name) in wanted & known for name in names], bool)
    left_out = dict(Counter(names[~measured].tolist()))
    if not measured.any():
        kind = f"{chosen} faces" if chosen != "all" else "faces"
        asked = [name for name in answers if canonical(name) in wanted]
        have = f"Its labels are {', '.join(left_out)}." if left_out else "Choose another --split."
        raise DataError(
            f"{source.path} has no {kind} with the labels {', '.join(asked)}.", hint=have
        )
    return Selection(
        dataset=everything.only(answers) if others else everything,
        rows=rows[measured],
        split=chosen,
        left_out=left_out,
        skipped=faces.skipped,
        about_photos=photograph_note(faces.sizes[rows]) if source.framed is None else "",
    )


def known_labels(labels: tuple[str, ...], preset: Preset) -> tuple[str, ...]:
    """Return some of a model's labels as the model names them, all of them for none.

    Raises:
        DataError: if it does not know one of them.
    """
    known = {canonical(name): name for name in preset.labels}
    unknown = [name for name in labels if canonical(name) not in known]
    if unknown:
        raise DataError(
            f"the model {preset.name} does not know {', '.join(unknown)}.",
            hint=f"Its labels are {', '.join(preset.labels)}.",
        )
    return tuple(known[canonical(name)] for name in labels) or preset.labels


def _unknown(faces: Faces, known: set[str]) -> tuple[str, ...]:
    """Return the labels of a dataset that a model does not know, each under one name."""
    found = {canonical(name): name for name in faces.label_names}
    return tuple(name for key, name in found.items() if key not in known)


def _learned(source: DataSource, preset: Preset) -> bool:
    return source.title == preset.training_data


def _rows(dataset: Dataset, split: str) -> NDArray[np.int64]:
    if split == "all":
        return np.flatnonzero(dataset.splits >= 0)
    if split not in SPLITS:
        raise DataError(f"{split!r} is not the name of a split.", hint=f"Use {', '.join(SPLITS)}.")
    return dataset.rows(split)
