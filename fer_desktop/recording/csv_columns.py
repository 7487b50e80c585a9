"""The columns of a table: one row per face and analysed frame.

The columns are fixed, then one per label follows; what comes later is appended, never inserted.
Where a session used several models, there is a column for each label of any of them (empty in rows
of a model without it) and a last column ``model``. What else is measured of faces follows the plain
probabilities, a column for each channel of each measure, empty where it could not be told. Where a
face was calibrated, ``corrected_`` columns come next, empty in rows of other faces. Rows from
before a model was ready have empty expression cells. Numbers are printed alike whether they come
from memory or from a session file; files of every format hold these very numbers. Whoever writes
the cells into a file sees to it that no text is taken for a formula.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox
from fer_desktop.domain.measure_facts import channel_meaning
from fer_desktop.domain.measures import MeasureSpec, tabular
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.wall_time import utc_text
from fer_desktop.recording.column import Column
from fer_desktop.recording.session_format import RecordedFrame, UsedModel

Getter = Callable[[FrameAnalysis, FaceAnalysis], str]


class ExtraColumn(NamedTuple):
    """A further column, and what stands in the rows of a frame's faces, or of one without any."""

    column: Column
    cell: Callable[[FrameAnalysis, FaceAnalysis | None], str]


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
        if measurement is not None and measurement.spec.has_columns_of(measure):
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


FRAME_COLUMNS: Final[tuple[tuple[Column, Callable[[FrameAnalysis], str]], ...]] = (
    (
        Column("frame_index", "integer", "", "number of the frame in its source, from 0"),
        lambda frame: str(frame.frame_index),
    ),
    (
        Column(
            "time_s",
            "number",
            "s",
            "time on the source's own clock: when a player shows a video's frame; since the first"
            " frame of a camera",
        ),
        lambda frame: f"{frame.timestamp_us / 1e6:.6f}",
    ),
    (
        Column(
            "wall_time_utc",
            "text",
            "",
            "when a camera took the frame, UTC, ISO 8601; empty for files",
        ),
        lambda frame: utc_text(frame.wall_ns),
    ),
)
FACE_COLUMNS: Final[tuple[tuple[Column, Getter], ...]] = (
    (
        Column("face_id", "integer", "", "number of the face's track in this session, from 1"),
        lambda frame, face: str(face.face_id),
    ),
    (
        Column("x_px", "number", "px", "left edge of the face's box, clipped to the frame"),
        lambda frame, face: f"{_box(frame, face).x1:.2f}",
    ),
    (
        Column("y_px", "number", "px", "top edge of the face's box, clipped to the frame"),
        lambda frame, face: f"{_box(frame, face).y1:.2f}",
    ),
    (
        Column("width_px", "number", "px", "width of the face's box, clipped to the frame"),
        lambda frame, face: f"{_box(frame, face).width:.2f}",
    ),
    (
        Column("height_px", "number", "px", "height of the face's box, clipped to the frame"),
        lambda frame, face: f"{_box(frame, face).height:.2f}",
    ),
    (
        Column("detection_score", "number", "", "how sure the detector is of the face, 0 to 1"),
        lambda frame, face: f"{face.detection.score:.6f}",
    ),
    (
        Column(
            "emotion",
            "text",
            "",
            "the label that the screen shows: the likeliest one of the probabilities after"
            " smoothing over time and, where the face was calibrated, correction",
        ),
        lambda frame, face: _emotion(face),
    ),
    (
        Column(
            "confidence",
            "number",
            "",
            "probability of that label, 0 to 1, smoothed and corrected in the same way",
        ),
        lambda frame, face: _confidence(face),
    ),
)
_MODEL: Final = Column("model", "text", "", "name of the model that read the frame")


def _probability_column(label: str) -> Column:
    meaning = f"calibrated probability of {label} in this very frame, 0 to 1, not smoothed"
    return Column(f"p_{label}", "number", "", meaning)


def _corrected_column(label: str) -> Column:
    meaning = (
        f"p_{label} corrected for the face's own neutral expression; empty where the face was not"
        " calibrated"
    )
    return Column(f"corrected_{label}", "number", "", meaning)


def _measure_columns(measure: MeasureSpec) -> list[Column]:
    return [
        Column(name, "number", measure.unit, channel_meaning(measure, channel))
        for name, channel in zip(measure.columns, measure.channels, strict=True)
    ]


def all_labels(models: Sequence[UsedModel]) -> tuple[str, ...]:
    """Return the labels of several models, each once, in the order of the columns."""
    return tuple(dict.fromkeys(label for model in models for label in model.preset.labels))


def is_switched(models: Sequence[UsedModel]) -> bool:
    """Tell whether several models read the frames."""
    return len({(model.preset.name, model.preset.sha256) for model in models}) > 1


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a table has, and what stands in them.

    Attributes:
        labels: of the models that read the frames, each once.
        measures: what else was measured of faces.
        is_calibrated: whether there are faces that were read against their own rest.
        with_model: whether each row names its model, as several read the frames.
        empty_rows: whether a frame without a face has a row, too, in which all about a face is
            empty.
        extra: further columns, after all others.
    """

    labels: tuple[str, ...]
    measures: tuple[MeasureSpec, ...]
    is_calibrated: bool
    with_model: bool
    empty_rows: bool = False
    extra: tuple[ExtraColumn, ...] = ()

    @classmethod
    def of(
        cls,
        models: Sequence[UsedModel],
        *,
        measures: Sequence[MeasureSpec] = (),
        is_calibrated: bool = False,
        empty_rows: bool = False,
        extra: Sequence[ExtraColumn] = (),
    ) -> "Columns":
        """Return the columns of a table of frames that these models read."""
        return cls(
            all_labels(models),
            tabular(measures),
            is_calibrated,
            is_switched(models),
            empty_rows,
            tuple(extra),
        )

    def columns(self) -> list[Column]:
        """Return all columns, each with what it means."""
        return self._frame_and_face_columns() + self._last_columns()

    def names(self) -> list[str]:
        """Return the header."""
        return [column.name for column in self.columns()]

    def cells(self, row: RecordedFrame) -> Iterator[list[str]]:
        """Yield the cells of each face of a frame; those of one without any where wanted."""
        analysis = row.analysis
        frame_cells = [getter(analysis) for _, getter in FRAME_COLUMNS]
        if self.empty_rows and not analysis.faces:
            blank = [""] * (len(self._frame_and_face_columns()) - len(frame_cells))
            yield frame_cells + blank + self._last_cells(row, None)
        for face in analysis.faces:
            cells = [*frame_cells, *(getter(analysis, face) for _, getter in FACE_COLUMNS)]
            cells += _probabilities(face.scores, self.labels)
            cells += _measured(face, self.measures)
            cells += _probabilities(face.corrected, self.labels) * self.is_calibrated
            yield cells + self._last_cells(row, face)

    def _frame_and_face_columns(self) -> list[Column]:
        found = [column for column, _ in (*FRAME_COLUMNS, *FACE_COLUMNS)]
        found += map(_probability_column, self.labels)
        for measure in self.measures:
            found += _measure_columns(measure)
        return found + list(map(_corrected_column, self.labels)) * self.is_calibrated

    def _last_columns(self) -> list[Column]:
        return [_MODEL] * self.with_model + [column for column, _ in self.extra]

    def _last_cells(self, row: RecordedFrame, face: FaceAnalysis | None) -> list[str]:
        extra = [cell(row.analysis, face) for _, cell in self.extra]
        return [row.model] * self.with_model + extra
