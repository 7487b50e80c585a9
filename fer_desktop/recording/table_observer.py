"""What an exported CSV says, of one session or of several; its description lies beside it.

A table may come from anywhere: what does not fit is refused. What it does not tell, such as the
light on a face, stays unknown.
"""

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from msgspec import Meta as Bounds
from numpy.typing import NDArray

from fer_desktop.addresses import public_address
from fer_desktop.domain.measured_summary import SUMMED
from fer_desktop.domain.observations import Observations
from fer_desktop.errors import StorageError
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.session_facts import SessionFacts
from fer_desktop.recording.session_format import Mark, UsedModel
from fer_desktop.recording.table_description import meta_path
from trainer.contract.checked_json import (
    Count,
    JsonError,
    Line,
    Number,
    Prose,
    decode_json,
    read_bounded,
)
from trainer.contract.ordinary import refuse_others
from trainer.contract.preset import Preset, PresetError

_ROWS_MAX: Final = 4_000_000
_COLUMNS_MAX: Final = 2_000
_SESSIONS_MAX: Final = 10_000
_CHUNK: Final = 8_192
_TIME_MAX_S: Final = 1e9
_META_BYTES_MAX: Final = 64 << 20
_FRAMES_MAX: Final = 10_000_000


@dataclass(frozen=True)
class _Source:
    kind: Line = "video"
    name: Line = ""
    duration_us: Count | None = None


@dataclass(frozen=True)
class _Mark:
    time_s: Number
    text: Prose
    end_s: Number | None = None


@dataclass(frozen=True)
class _Facts:
    title: Line = ""
    participant: Line = ""
    condition: Line = ""
    notes: Prose = ""


@dataclass(frozen=True)
class _Session:
    """What a description says of a session, as far as it is of use here."""

    session: Line = ""
    start_time: Line = ""
    source: _Source = field(default_factory=_Source)
    frame_count: Count = 0
    engine: Line = ""
    device: Line = ""
    model: Preset | None = None
    models: list[Preset] = field(default_factory=list)
    marks: Annotated[list[_Mark], Bounds(max_length=100_000)] = field(default_factory=list)
    facts: _Facts = field(default_factory=_Facts)
    is_complete: bool | None = None
    dropped_frames: Count | None = None
    problem: Prose = ""

    @property
    def is_live(self) -> bool:
        return self.source.kind in ("camera", "stream")


@dataclass(frozen=True)
class _Description(_Session):
    sessions: list[_Session] | None = None


@dataclass(slots=True)
class _Cells:
    """The cells of a session, column by column, in chunks."""

    numbers: list[NDArray[np.float64]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    emotions: list[str] = field(default_factory=list)


def observe_table(path: Path) -> list[Observed]:
    """Return the sessions of a CSV.

    Raises:
        StorageError: if it cannot be read, or is no table of this application.
    """
    try:
        refuse_others(path)
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _Table(path).read(file)
    except (OSError, ValueError, csv.Error) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StorageError(
            f"{path} cannot be read as a table of results: {cause}.",
            hint="Give a session, or a CSV that was exported from one.",
        ) from error


class _Table:
    """A table that is being read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sessions: dict[str, _Cells] = {}
        self._labels: tuple[str, ...] = ()
        self._is_foreign = False

    def read(self, lines: Iterator[str]) -> list[Observed]:
        head = next(lines, "")
        self._is_foreign = head.startswith("frame_index;") or head.startswith('"frame_index";')
        rows = csv.reader(
            itertools.chain([head], lines), delimiter=";" if self._is_foreign else ","
        )
        header = next(rows, [])
        missing = {"frame_index", "time_s", "face_id", "width_px", "emotion"} - set(header)
        if missing or len(header) > _COLUMNS_MAX or len(set(header)) != len(header):
            raise ValueError("it has no header with the columns of an export")
        places = {name: at for at, name in enumerate(header)}
        self._labels = tuple(name[2:] for name in header if name.startswith("p_"))
        while chunk := list(itertools.islice(rows, _CHUNK)):
            self._take(chunk, places)
        described = self._description()
        for name, said in described.items():
            if said.frame_count:  # without a face there is no row of it
                self._sessions.setdefault(name, _Cells())
        if not self._sessions:
            raise ValueError("it has no rows, and no description beside it")
        return [
            self._observed(name, cells, described.get(name, _Session()))
            for name, cells in self._sessions.items()
        ]

    def _take(self, chunk: Sequence[Sequence[str]], places: Mapping[str, int]) -> None:
        if any(len(row) != len(places) for row in chunk):
            raise ValueError("a row has more or fewer cells than the header")
        columns = list(zip(*chunk, strict=True))
        empty = [""] * len(chunk)

        def texts(name: str) -> Sequence[str]:
            return columns[places[name]] if name in places else empty

        names = ("frame_index", "time_s", "face_id", "width_px", "confidence")
        numbers = [self._numbers(texts(name)) for name in (*names, *SUMMED)]
        for label in self._labels:
            plain = self._numbers(texts(f"p_{label}"))
            corrected = self._numbers(texts(f"corrected_{label}"))
            numbers.append(np.where(np.isnan(corrected), plain, corrected))
        table = np.stack(numbers, axis=1)
        if not (np.abs(table[:, :2]) <= _TIME_MAX_S).all():
            raise ValueError("a frame has no number, or no time")
        sessions = np.array(texts("session"), object)
        for name in dict.fromkeys(texts("session")):
            chosen = np.flatnonzero(sessions == name)
            cells = self._sessions.setdefault(name, _Cells())
            cells.numbers.append(table[chosen])
            for kept, column in ((cells.people, "person"), (cells.emotions, "emotion")):
                found = texts(column)
                kept.extend(found[at] for at in chosen.tolist())
        if len(self._sessions) > _SESSIONS_MAX:
            raise ValueError("it has too many sessions")
        if sum(len(cells.emotions) for cells in self._sessions.values()) > _ROWS_MAX:
            raise ValueError(f"it has more than {_ROWS_MAX:,} rows")

    def _numbers(self, cells: Sequence[str]) -> NDArray[np.float64]:
        if self._is_foreign:
            cells = [cell.replace(",", ".") for cell in cells]
        return np.array([cell or "nan" for cell in cells], np.float64)

    def _description(self) -> dict[str, _Session]:
        """Return what is said of each session beside the table; nothing where it is not there."""
        path = meta_path(self._path)
        try:
            found = decode_json(read_bounded(path, _META_BYTES_MAX), _Description)
        except FileNotFoundError:
            return {}
        except (JsonError, PresetError) as error:
            raise ValueError(f"its description {path.name} is damaged: {error}") from error
        if found.sessions is None:
            return {"": found}
        return {session.session: session for session in found.sessions}

    def _observed(self, name: str, cells: _Cells, said: _Session) -> Observed:
        seen = _observations(cells, self._labels, said)
        models = said.models or ([said.model] if said.model is not None else [])
        marks = tuple(
            Mark(
                round(mark.time_s * 1e6),
                mark.text,
                None if mark.end_s is None else round(mark.end_s * 1e6),
            )
            for mark in said.marks
        )
        source = public_address(said.source.name) or self._path.stem
        facts = said.facts
        return Observed(
            name=name or facts.title or self._path.stem,
            source=source,
            started_utc=said.start_time,
            facts=SessionFacts(facts.title, facts.participant, facts.condition, facts.notes),
            models=tuple(UsedModel(preset, 0, said.engine, said.device) for preset in models),
            marks=marks,
            caveats=_caveats(said, seen),
            seen=seen,
        )


def _observations(cells: _Cells, labels: tuple[str, ...], said: _Session) -> Observations:
    table = np.concatenate([np.empty((0, 5 + len(SUMMED) + len(labels))), *cells.numbers])
    indices, first = np.unique(table[:, 0].astype(np.int64), return_index=True)
    times_us = np.round(table[first, 1] * 1e6).astype(np.int64)
    if not len(indices):
        indices, times_us = _frames_without_a_face(said)
    has_all_frames = len(indices) >= said.frame_count > 0
    if not has_all_frames and said.frame_count and not said.is_live:
        indices, times_us = _with_frames_between(indices, times_us, said.frame_count)
        has_all_frames = len(indices) >= said.frame_count
    is_face = ~np.isnan(table[:, 2])
    order = np.flatnonzero(is_face)[np.argsort(table[is_face, 0], kind="stable")]
    faces = table[order]
    ids = faces[:, 2].astype(np.int64)
    called = [
        cells.people[at] or f"face {face_id}"
        for at, face_id in zip(order.tolist(), ids.tolist(), strict=True)
    ]
    # In the order of their faces, as in a session's own file.
    lowest: dict[str, int] = {}
    for who, face_id in zip(called, ids.tolist(), strict=True):
        lowest[who] = min(face_id, lowest.get(who, face_id))
    names = tuple(sorted(lowest, key=lambda who: (lowest[who], who)))
    numbers = {who: at for at, who in enumerate(names)}
    places = {label: at for at, label in enumerate(labels)}
    shown = np.array([places.get(cells.emotions[at], -1) for at in order.tolist()], np.int64)
    unsure = np.full(len(faces), np.nan, np.float32)
    if said.model is not None and not said.models:
        unsure[:] = np.where(shown >= 0, faces[:, 4] < said.model.unsure_below, np.nan)
    return Observations(
        labels=labels,
        times_us=np.maximum.accumulate(times_us),
        rows=np.searchsorted(indices, faces[:, 0].astype(np.int64)),
        people=np.array([numbers[who] for who in called], np.int64),
        names=names,
        face_ids=ids,
        shown=shown,
        probabilities=faces[:, 5 + len(SUMMED) :].astype(np.float32),
        unsure=unsure,
        widths_px=faces[:, 3].astype(np.float32),
        light=np.full(len(faces), np.nan, np.float32),
        turned=np.full(len(faces), np.nan, np.float32),
        measured=faces[:, 5 : 5 + len(SUMMED)].astype(np.float32),
        has_all_frames=has_all_frames,
    )


def _frames_without_a_face(said: _Session) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return numbers and times of frames of which the description alone tells."""
    indices = np.arange(min(said.frame_count, _FRAMES_MAX))
    length_us = min(said.source.duration_us or 0, _TIME_MAX_S * 1e6)
    return indices, (indices * (length_us / max(1, len(indices)))).astype(np.int64)


def _with_frames_between(
    indices: NDArray[np.int64], times_us: NDArray[np.int64], frames: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return frames with those that had no face, and therefore no row, among them.

    Of a file every frame was analysed, or every so many; what came before the first face and after
    the last one is put where it must have been. Where that cannot be told they are returned as they
    are: there are fewer than two, or they are not as many as said.
    """
    steps = np.diff(indices)
    step = int(np.gcd.reduce(steps)) if len(steps) else 1
    between = int(indices[-1] - indices[0]) // step + 1
    left = min(frames, _FRAMES_MAX) - between
    if left < 0 or len(indices) < 2:
        return indices, times_us
    before = min(left, int(indices[0]) // step)
    whole = np.arange(indices[0] - before * step, indices[-1] + (left - before) * step + 1, step)
    usual_us = float(np.median(np.diff(times_us) / steps))
    found = np.interp(whole, indices, times_us)
    is_before, is_after = whole < indices[0], whole > indices[-1]
    found[is_before] = times_us[0] - (indices[0] - whole[is_before]) * usual_us
    found[is_after] = times_us[-1] + (whole[is_after] - indices[-1]) * usual_us
    return whole, np.round(found).astype(np.int64)


def _caveats(said: _Session, seen: Observations) -> tuple[str, ...]:
    found = []
    if said.is_complete is False:
        found.append("The file was analysed in part only.")
    if said.problem:
        found.append(said.problem)
    if said.dropped_frames:
        found.append(f"{said.dropped_frames:,} frames came too fast and were not analysed.")
    if not seen.has_all_frames:
        found.append(
            "The table does not tell how many frames have no face: export it with rows for frames"
            " without a face, or give the session itself."
        )
    return tuple(found)
