"""Corrected moments as pictures that a model can learn from."""

import csv
import io
import shutil
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.corrections import Correction, RaterLabels, raters_of, same_label
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.errors import FerError
from fer_desktop.files import fitting_name, make_folder, whole_file
from fer_desktop.recording.session_pictures import SessionPictures, find_pictures
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.recording.text_cells import text_cell
from fer_desktop.sources.base import SeekableSource
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.recorded_pictures import RecordedPictures
from fer_desktop.training.held_back import (
    TEST,
    TRAIN,
    VALIDATION,
    Grouping,
    Shown,
    groups_of,
    splits_of,
)
from fer_desktop.training.inspection import MIN_PER_LABEL
from fer_desktop.training.job_progress import Work
from fer_desktop.training.photo_crops import face_crop, save_crop
from fer_desktop.training.picture_folder import PicturesError
from trainer.contract.crop import CropGeometry
from trainer.contract.dataset_facts import GROUP_COLUMN
from trainer.contract.text import counted

INDEX_FILE: Final = "index.csv"  # as the trainer reads it
# Of a stretch so many pictures a second, as neighbours are nearly the same, and at most so many.
_EVERY_US: Final = 500_000
_PER_STRETCH_MAX: Final = 40
_PICTURES_MAX: Final = 50_000
_NAME_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class CorrectedSession:
    """A session with corrections.

    Attributes:
        summary: the session.
        corrections: how many there are.
        pictures: where its pictures are, or why not.
    """

    summary: SessionSummary
    corrections: int
    pictures: SessionPictures

    @property
    def is_usable(self) -> bool:
        """Whether there are pictures as the model saw them."""
        return self.pictures.file is not None or bool(self.pictures.parts(clean=True))


@dataclass(frozen=True, slots=True)
class CorrectedPictures:
    """What was made of corrections.

    Attributes:
        folder: a dataset with an ``index.csv``.
        counts: pictures of each label.
        splits: pictures of each split.
        grouping: what is kept together in one split.
        notes: what was left out and why, a sentence each.
    """

    folder: Path
    counts: Mapping[str, int]
    splits: Mapping[str, int]
    grouping: Grouping
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Picture:
    session: int
    frame: FrameAnalysis
    face: FaceAnalysis
    label: str
    person: str


def corrected_sessions(files: Iterable[Path], folders: Sequence[Path]) -> list[CorrectedSession]:
    """Return the sessions that have corrections, and where their pictures are.

    Args:
        files: of sessions; one that cannot be read is left out.
        folders: where else to look for pictures.
    """
    found = []
    for path in files:
        try:
            with SessionReader(path) as reader:
                corrections = reader.corrections()
                summary = reader.summary() if corrections else None
        except FerError:
            continue
        if summary is not None:
            pictures = find_pictures(summary, folders)
            found.append(CorrectedSession(summary, len(corrections), pictures))
    return found


def make_pictures(
    sessions: Sequence[CorrectedSession], target: Path, geometry: CropGeometry, work: Work
) -> CorrectedPictures | None:
    """Cut corrected faces out of the pictures of sessions; None if stopped.

    Args:
        sessions: those with pictures.
        target: a new folder.
        geometry: how much of a face the model in use looks at.
        work: how far it is.

    Raises:
        PicturesError: if nothing can be learned from.
        StorageError: if a session cannot be read, or the folder cannot be written.
    """
    if target.exists():
        raise PicturesError(f"{target} is there already.", hint="Choose a new folder.")
    notes: list[str] = []
    wanted: list[_Picture] = []
    for number, session in enumerate(sessions):
        if session.is_usable:
            found, said = _wanted_of(session, number)
            wanted += found
            notes += said
    if len(wanted) > _PICTURES_MAX:
        left = counted(len(wanted) - _PICTURES_MAX, "picture")
        notes.append(f"{left} left out: {_PICTURES_MAX:,} are made at most. Choose fewer sessions.")
    wanted, said = _enough_of_each(wanted[:_PICTURES_MAX])
    notes += said
    groups, grouping = groups_of(
        [
            Shown(
                sessions[one.session].summary.path.stem,
                one.person,
                one.frame.timestamp_us,
                one.label,
            )
            for one in wanted
        ]
    )
    splits = splits_of(groups, [one.label for one in wanted])
    if TEST not in splits or VALIDATION not in splits:
        raise PicturesError(
            "There are too few corrections to hold some back for testing.",
            hint="Correct more moments, best in several sessions and of several persons.",
        )
    try:
        return _write(sessions, wanted, groups, splits, grouping, target, geometry, work, notes)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _write(
    sessions: Sequence[CorrectedSession],
    wanted: Sequence[_Picture],
    groups: Sequence[str],
    splits: Sequence[str],
    grouping: Grouping,
    target: Path,
    geometry: CropGeometry,
    work: Work,
    notes: Sequence[str],
) -> CorrectedPictures | None:
    make_folder(target)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    who = "person" if grouping == "person" else GROUP_COLUMN
    table.writerow(("file", "label", "split", who, "origin"))
    counts, by_split, unread = Counter[str](), Counter[str](), 0
    work.begin(len(wanted))
    for number, session in enumerate(sessions):
        places = [at for at, one in enumerate(wanted) if one.session == number]
        if not places:
            continue
        for at, pixels in _frames(session.pictures, wanted, places):
            one = wanted[at]
            if pixels is None:
                unread += 1
            else:
                folder = fitting_name(one.label, longest=_NAME_MAX, otherwise="label")
                name = f"{splits[at]}/{folder}/{at + 1:06}.png"
                crop = face_crop(pixels, one.face.detection, geometry)
                save_crop(target / name, crop)
                origin = (
                    f"{session.summary.path.stem}, face {one.face.face_id}, "
                    f"{one.frame.timestamp_us / 1e6:.3f} s"
                )
                cells = name, one.label, splits[at], text_cell(groups[at]), text_cell(origin)
                table.writerow(cells)
                counts[one.label] += 1
                by_split[splits[at]] += 1
            if not work.advance():
                shutil.rmtree(target, ignore_errors=True)
                return None
    said = list(notes)
    if unread:
        said.append(f"{counted(unread, 'picture')} could not be read from the files again.")
    if not counts:
        raise PicturesError("None of the pictures could be read again.")
    with whole_file(target / INDEX_FILE) as part:
        part.write_text(text.getvalue(), encoding="utf-8")
    order = {name: by_split[name] for name in (TRAIN, VALIDATION, TEST)}
    return CorrectedPictures(target, dict(counts), order, grouping, tuple(said))


def _wanted_of(session: CorrectedSession, number: int) -> tuple[list[_Picture], list[str]]:
    """Return which faces of which frames are wanted; where raters differ, none is."""
    with SessionReader(session.summary.path) as reader:
        corrections, times_us = reader.corrections(), sorted(reader.times_us())
        people = reader.people
        lookups = [RaterLabels(corrections, name, times_us) for name in raters_of(corrections)]
        due = _due(corrections, times_us)
        found: list[_Picture] = []
        differing = 0
        for row in reader.rows():
            frame = row.analysis
            for face in frame.faces:
                if (face.face_id, frame.timestamp_us) not in due:
                    continue
                said = [lookup.at(face.face_id, frame.timestamp_us) for lookup in lookups]
                given = [label for label in said if label]
                owner = people.number_of(face.face_id, frame.timestamp_us)
                if people.person(owner).is_hidden:  # nobody is to see them, and no model either
                    continue
                if given and all(same_label(given[0], label) for label in given):
                    # A name is the same person in every session, a number in its own alone.
                    name = people.person(owner).name
                    person = name or f"{reader.path.stem}, {people.table_name(owner)}"
                    found.append(_Picture(number, frame, face, given[0], person))
                else:
                    differing += bool(given)
    notes = []
    if session.pictures.file is None:
        found, unrecorded = _recorded(session.pictures, found)
        if unrecorded:
            moments = counted(unrecorded, "moment")
            notes.append(f"{moments} left out that no clean recording shows.")
    if not session.pictures.is_confirmed:
        name = session.summary.info.source.name
        notes.append(f"{name} may be another file: its session does not know its content.")
    if differing:
        moments = counted(differing, "moment")
        notes.append(f"{moments} left out on which raters do not agree.")
    return found, notes


def _due(corrections: Iterable[Correction], times_us: Sequence[int]) -> set[tuple[int, int]]:
    """Return faces and times of frames that stand for the corrections."""
    due: set[tuple[int, int]] = set()
    for one in corrections:
        if one.end_us is None:
            at = max(0, bisect_right(times_us, one.begin_us) - 1)
            due.update((one.face_id, time_us) for time_us in times_us[at : at + 1])
            continue
        inside = times_us[bisect_left(times_us, one.begin_us) : bisect_right(times_us, one.end_us)]
        step_us = max(_EVERY_US, (one.last_us - one.begin_us) // _PER_STRETCH_MAX)
        latest: int | None = None
        for time_us in inside:
            if latest is None or time_us - latest >= step_us:
                due.add((one.face_id, time_us))
                latest = time_us
    return due


def _enough_of_each(wanted: Sequence[_Picture]) -> tuple[list[_Picture], list[str]]:
    """Leave out labels with too few pictures to be learned and tested."""
    counts = Counter(one.label for one in wanted)
    few = {label: count for label, count in counts.items() if count < MIN_PER_LABEL}
    kept = [one for one in wanted if one.label not in few]
    if len(counts) - len(few) < 2:
        raise PicturesError(
            f"There are too few corrections: {MIN_PER_LABEL} pictures of two labels at least are "
            "needed.",
            hint="Label more moments; those on which the model is right count as well.",
        )
    notes = []
    if few:
        named = ", ".join(f"{label} ({count})" for label, count in few.items())
        notes.append(f"Labels left out with fewer than {MIN_PER_LABEL} pictures: {named}.")
    return kept, notes


def _recorded(pictures: SessionPictures, wanted: Sequence[_Picture]) -> tuple[list[_Picture], int]:
    """Return what clean recordings of a live session show, and how much they do not."""
    with closing(RecordedPictures(pictures.parts(clean=True))) as recorded:
        kept = [one for one in wanted if recorded.has(one.frame.timestamp_us)]
    return kept, len(wanted) - len(kept)


def _frames(
    pictures: SessionPictures, wanted: Sequence[_Picture], places: Sequence[int]
) -> Iterator[tuple[int, NDArray[np.uint8] | None]]:
    """Yield the places of pictures with the frames they are in, None where one cannot be had."""
    if pictures.file is not None:
        yield from _frames_of_file(pictures.file, wanted, places)
        return
    with closing(RecordedPictures(pictures.parts(clean=True))) as recorded:
        for at in sorted(places, key=lambda place: wanted[place].frame.timestamp_us):
            frame = wanted[at].frame
            size_px = frame.width_px, frame.height_px
            yield at, recorded.at(frame.timestamp_us, size_px, exact=True)


def _frames_of_file(
    file: Path, wanted: Sequence[_Picture], places: Sequence[int]
) -> Iterator[tuple[int, NDArray[np.uint8] | None]]:
    with closing(open_file(file)) as source:
        source.open()
        latest = None
        for at in sorted(places, key=lambda place: wanted[place].frame.frame_index):
            frame = wanted[at].frame
            if latest is None or latest.index != frame.frame_index:
                try:
                    if isinstance(source, SeekableSource):
                        source.seek(frame.frame_index)
                    latest = source.read() or latest
                except FerError:
                    latest = None
            fits = (
                latest is not None
                and latest.index == frame.frame_index
                and latest.size_px == (frame.width_px, frame.height_px)
            )
            yield at, latest.pixels if fits and latest is not None else None
