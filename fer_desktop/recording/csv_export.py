"""Tables that people take home: one row per face and analysed frame.

The columns are fixed, then one per label follows; what comes later is appended, never inserted.
Where a session used several models, there is a column for each label of any of them (empty in rows
of a model without it) and a last column ``model``. What else is measured of faces follows the plain
probabilities, a column for each channel of each measure, empty where it could not be told. Where a
face was calibrated, ``corrected_`` columns come next, empty in rows of other faces. Rows from
before a model was ready have empty expression cells. Texts from models are written so that no
spreadsheet takes them for formulas. Numbers are printed alike whether they come from memory or from
a session file.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.files import refuse_existing, whole_file
from fer_desktop.paths import APP_NAME
from fer_desktop.recording.calibrations import UsedCalibration, described
from fer_desktop.recording.session_format import Mark, RecordedFrame, SessionInfo, UsedModel
from fer_desktop.recording.session_store import SessionReader
from fer_desktop.recording.text_cells import text_cell
from trainer.contract.whole_file import remove_leftovers

Getter = Callable[[FrameAnalysis, FaceAnalysis], str]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def utc_text(wall_ns: int | None) -> str:
    """Return UTC nanoseconds since 1970 as ISO 8601 with microseconds; empty for None."""
    if wall_ns is None:
        return ""
    moment = _EPOCH + timedelta(microseconds=wall_ns // 1000)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _box(frame: FrameAnalysis, face: FaceAnalysis) -> BoundingBox:
    box = face.detection.box.clipped(frame.width_px, frame.height_px)
    # Rounded before the width is taken, so that the printed box does not stick out of the frame.
    # Adding zero turns a negative zero into a plain one.
    return BoundingBox(*(round(edge, 2) + 0.0 for edge in (box.x1, box.y1, box.x2, box.y2)))


def _printable(scores: EmotionScores | None) -> dict[str, float]:
    """Return probabilities that sum to 1 within 1e-6 when printed with eight decimals each."""
    if scores is None:
        return {}
    # Sessions keep float32: rows straight from the analysis must come out the same.
    stored = np.asarray(scores.probabilities, np.float32).astype(np.float64)
    return dict(zip(scores.labels, (stored / stored.sum()).tolist(), strict=True))


def _probabilities(scores: EmotionScores | None, labels: Sequence[str]) -> list[str]:
    """Return a cell for each label, empty where nothing is known."""
    printable = _printable(scores)
    return [f"{printable[label]:.8f}" if label in printable else "" for label in labels]


def _measured(face: FaceAnalysis, measures: Sequence[MeasureSpec]) -> list[str]:
    """Return a cell for each channel, empty where nothing was measured."""
    found = {measurement.spec.key: measurement for measurement in face.measurements}
    cells: list[str] = []
    for measure in measures:
        measurement = found.get(measure.key)
        if measurement is not None and measurement.spec == measure:
            cells += [f"{number:.7g}" for number in measurement.numbers]
        else:
            cells += [""] * len(measure.channels)
    return cells


def _emotion(face: FaceAnalysis) -> str:
    shown = _printable(face.smoothed)
    return max(shown, key=shown.__getitem__, default="")


def _confidence(face: FaceAnalysis) -> str:
    shown = _printable(face.smoothed)
    return f"{max(shown.values()):.8f}" if shown else ""


COLUMNS: Final[tuple[tuple[str, Getter], ...]] = (
    ("frame_index", lambda frame, face: str(frame.frame_index)),
    ("time_s", lambda frame, face: f"{frame.timestamp_us / 1e6:.6f}"),
    ("wall_time_utc", lambda frame, face: utc_text(frame.wall_ns)),
    ("face_id", lambda frame, face: str(face.face_id)),
    ("x_px", lambda frame, face: f"{_box(frame, face).x1:.2f}"),
    ("y_px", lambda frame, face: f"{_box(frame, face).y1:.2f}"),
    ("width_px", lambda frame, face: f"{_box(frame, face).width:.2f}"),
    ("height_px", lambda frame, face: f"{_box(frame, face).height:.2f}"),
    ("detection_score", lambda frame, face: f"{face.detection.score:.6f}"),
    ("emotion", lambda frame, face: text_cell(_emotion(face))),
    ("confidence", lambda frame, face: _confidence(face)),
)


@dataclass(slots=True)
class Counts:
    """What was found in the frames that went by.

    Attributes:
        frames: all of them.
        frames_with_faces: those with a face.
        rows: faces, counted again in each frame.
        face_ids: the different faces.
    """

    frames: int = 0
    frames_with_faces: int = 0
    rows: int = 0
    face_ids: set[int] = field(default_factory=set)

    def add(self, analysis: FrameAnalysis) -> None:
        """Count a frame."""
        self.frames += 1
        self.frames_with_faces += bool(analysis.faces)
        self.rows += len(analysis.faces)
        self.face_ids.update(face.face_id for face in analysis.faces)


def all_labels(models: Sequence[UsedModel]) -> tuple[str, ...]:
    """Return the labels of several models, each once, in the order of the columns."""
    return tuple(dict.fromkeys(label for model in models for label in model.preset.labels))


def _is_switched(models: Sequence[UsedModel]) -> bool:
    return len({(model.preset.name, model.preset.sha256) for model in models}) > 1


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a table has, and what stands in them.

    Attributes:
        labels: of the models that read the frames, each once.
        measures: what else was measured of faces.
        is_calibrated: whether there are faces that were read against their own rest.
        with_model: whether each row names its model, as several read the frames.
    """

    labels: tuple[str, ...]
    measures: tuple[MeasureSpec, ...]
    is_calibrated: bool
    with_model: bool

    @classmethod
    def of(
        cls,
        models: Sequence[UsedModel],
        *,
        measures: Sequence[MeasureSpec] = (),
        is_calibrated: bool = False,
    ) -> "Columns":
        """Return the columns of a table of frames that these models read."""
        return cls(all_labels(models), tuple(measures), is_calibrated, _is_switched(models))

    def names(self) -> list[str]:
        """Return the header."""
        header = [name for name, _ in COLUMNS] + [f"p_{label}" for label in self.labels]
        header += [text_cell(column) for measure in self.measures for column in measure.columns]
        header += [f"corrected_{label}" for label in self.labels] * self.is_calibrated
        return header + ["model"] * self.with_model

    def cells(self, row: RecordedFrame) -> Iterator[list[str]]:
        """Yield the cells of each face of a frame."""
        for face in row.analysis.faces:
            cells = [getter(row.analysis, face) for _, getter in COLUMNS]
            cells += _probabilities(face.scores, self.labels)
            cells += _measured(face, self.measures)
            cells += _probabilities(face.corrected, self.labels) * self.is_calibrated
            yield cells + [text_cell(row.model)] * self.with_model


class CsvTable:
    """A table that is being written; rows go straight to the file.

    Attributes:
        counts: what went by so far.
    """

    def __init__(self, file: TextIO, columns: Columns) -> None:
        """Write the header."""
        self.counts = Counts()
        self._table = csv.writer(file)  # its defaults are RFC 4180
        self._columns = columns
        self._table.writerow(columns.names())

    def add(self, row: RecordedFrame) -> None:
        """Write a frame: a row for each face."""
        self.counts.add(row.analysis)
        self._table.writerows(self._columns.cells(row))


@contextmanager
def csv_table(path: Path, columns: Columns, *, overwrite: bool = False) -> Iterator[CsvTable]:
    """Give a table that appears whole when the block succeeds, or not at all.

    Args:
        path: where to; its folder must exist.
        columns: of the table.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    with (
        whole_file(path, overwrite=overwrite) as part,
        part.open("w", newline="", encoding="utf-8") as file,
    ):
        yield CsvTable(file, columns)


def write_csv(
    rows: Iterable[RecordedFrame],
    path: Path,
    models: Sequence[UsedModel],
    *,
    measures: Sequence[MeasureSpec] = (),
    is_calibrated: bool = False,
    overwrite: bool = False,
) -> Counts:
    """Write a table whole or not at all; rows are taken one by one and never held in memory.

    Args:
        rows: the frames, in the order of the table.
        path: where to; its folder must exist.
        models: those that read the frames.
        measures: what else was measured of faces.
        is_calibrated: whether there are faces that were read against their own rest.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    columns = Columns.of(models, measures=measures, is_calibrated=is_calibrated)
    with csv_table(path, columns, overwrite=overwrite) as table:
        for row in rows:
            table.add(row)
    return table.counts


def meta_path(csv_path: Path) -> Path:
    """Return where the description of a table lies."""
    return csv_path.with_suffix(".meta.json")


def write_meta(
    path: Path,
    info: SessionInfo,
    models: Sequence[UsedModel],
    counts: Counts,
    *,
    marks: Sequence[Mark] = (),
    calibrations: Sequence[UsedCalibration] = (),
    measures: Sequence[MeasureSpec] = (),
    problem: str = "",
    overwrite: bool = False,
) -> None:
    """Write all that is needed to get the numbers of a table again, as JSON.

    Args:
        path: where to; its folder must exist.
        info: the session.
        models: those that read the frames; each is named where there are several.
        counts: what the table holds.
        marks: moments that the user marked.
        calibrations: against what faces were read.
        measures: what else was measured of faces.
        problem: why the table ends early, if it does.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    meta: dict[str, Any] = {
        "format_version": 1,
        "application": APP_NAME,
        "application_version": info.app_version,
        "libraries": dict(info.libraries),
        "start_time": utc_text(info.started_ns),
        "source": asdict(info.source),
        "frame_count": counts.frames,
        "frames_with_faces": counts.frames_with_faces,
        "faces": len(counts.face_ids),
        "rows": counts.rows,
        "model": asdict(models[0].preset) if models else None,
        "engine": models[0].engine if models else "",
        "device": models[0].device if models else "",
        "labels": all_labels(models),
        "settings": dict(info.settings),
        "marks": [{"time_s": mark.timestamp_us / 1e6, "text": mark.text} for mark in marks],
        "calibrations": described(calibrations),
        "measures": [asdict(measure) for measure in measures],
    }
    if _is_switched(models):
        meta["models"] = [
            {
                "from_frame": model.from_frame,
                "engine": model.engine,
                "device": model.device,
                **asdict(model.preset),
            }
            for model in models
        ]
    if problem:
        meta["problem"] = problem
    text = json.dumps(meta, indent=2, ensure_ascii=False) + "\n"
    with whole_file(path, overwrite=overwrite) as part:
        # File names on Linux may hold bytes that are no text: they become JSON's own escapes.
        part.write_text(text, encoding="utf-8", errors="backslashreplace")


def export_session(session_file: Path, csv_path: Path, *, overwrite: bool = False) -> Counts:
    """Write a session's table and its description; the session may go on meanwhile.

    Raises:
        StorageError: if the session cannot be read, or a file exists or cannot be written.
    """
    description = meta_path(csv_path)
    if not overwrite:  # said before the long work
        refuse_existing(description)
    remove_leftovers(csv_path.parent)
    with SessionReader(session_file) as reader:
        info, marks = reader.summary().info, reader.marks()  # first: a damaged one leaves no table
        counts = write_csv(
            reader.rows(),
            csv_path,
            reader.models,
            measures=reader.measures,
            is_calibrated=bool(reader.calibrations),
            overwrite=overwrite,
        )
    write_meta(
        description,
        info,
        reader.models,
        counts,
        marks=marks,
        calibrations=reader.calibrations,
        measures=reader.measures,
        overwrite=overwrite,
    )
    return counts
