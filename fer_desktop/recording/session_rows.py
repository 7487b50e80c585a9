"""Frames and faces as rows of a session, and back; numbers are packed into them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.measures import Measurement
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.recording import measurements, row_types
from fer_desktop.recording.calibrations import UsedCalibration
from fer_desktop.recording.row_types import FaceRow, FrameRow
from fer_desktop.recording.session_format import Mark, RecordedFrame, UsedModel
from trainer.contract.checked_json import as_type
from trainer.contract.preset import Preset, preset_to_json


def pack(scores: EmotionScores | None) -> bytes | None:
    """Return probabilities as little-endian float32, which is the precision models have."""
    return None if scores is None else np.asarray(scores.probabilities, "<f4").tobytes()


def unpack(blob: bytes, labels: tuple[str, ...]) -> EmotionScores:
    """Return what ``pack`` packed."""
    return EmotionScores(labels, tuple(row_types.probabilities(blob).tolist()))


def _unpack(blob: bytes | None, labels: tuple[str, ...]) -> EmotionScores | None:
    return None if blob is None else unpack(blob, labels)


def model_row(model_id: int, model: UsedModel) -> tuple[object, ...]:
    """Return a row of the table ``models``."""
    preset = model.preset
    return (
        model_id,
        preset.name,
        preset.sha256,
        preset_to_json(preset),
        model.from_frame,
        model.engine,
        model.device,
    )


INSERT_CORRECTION: Final = (
    "INSERT INTO corrections (rater, face_id, label, begin_us, end_us) VALUES (?, ?, ?, ?, ?)"
)
SELECT_CORRECTIONS: Final = (
    "SELECT rater, face_id, label, begin_us, end_us FROM corrections ORDER BY begin_us, id"
)
INSERT_MARK: Final = "INSERT INTO marks (timestamp_us, text, end_us, color) VALUES (?, ?, ?, ?)"


def mark_row(mark: Mark) -> tuple[object, ...]:
    """Return a row of the table ``marks``, less its number."""
    return mark.timestamp_us, mark.text, mark.end_us, mark.color


def frame_row(frame: FrameAnalysis, model_id: int | None) -> tuple[object, ...]:
    """Return a row of the table ``frames``."""
    return (
        frame.frame_index,
        frame.timestamp_us,
        frame.wall_ns,
        frame.width_px,
        frame.height_px,
        model_id,
    )


def correction_row(correction: Correction) -> tuple[object, ...]:
    """Return a row of the table ``corrections``, less its number."""
    return (
        correction.rater,
        correction.face_id,
        correction.label,
        correction.begin_us,
        correction.end_us,
    )


def face_row(
    frame_index: int, face: FaceAnalysis, calibration_id: int | None
) -> tuple[object, ...]:
    """Return a row of the table ``faces``."""
    box = face.detection.box
    return (
        frame_index,
        face.face_id,
        box.x1,
        box.y1,
        box.x2,
        box.y2,
        face.detection.score,
        pack(face.scores),
        pack(face.smoothed),
        face.is_unsure,
        pack(face.corrected),
        calibration_id,
    )


# Both tables are kept in this order, so that nothing has to be sorted or held in memory.
SELECT_FRAMES: Final = (
    "SELECT frame_index, timestamp_us, wall_ns, width_px, height_px, model_id,"
    " face_id, x1, y1, x2, y2, score, probabilities, smoothed, is_unsure,"
    " corrected, calibration_id"
    " FROM frames LEFT JOIN faces USING (frame_index) ORDER BY frame_index, face_id"
)


def frame_from_rows(
    rows: Sequence[tuple[Any, ...]],
    models: Mapping[int, UsedModel],
    calibrations: Mapping[int, UsedCalibration],
    measured: Mapping[int, Sequence[Measurement]],
) -> RecordedFrame:
    """Return one frame from its rows of ``SELECT_FRAMES``, one a face and at least one.

    Args:
        rows: of the frame.
        models, calibrations: by their numbers.
        measured: what was measured of each of its faces, by face.

    Raises:
        ValueError: if they are damaged.
    """
    frame = as_type(rows[0][:6], FrameRow)
    preset = None if frame.model_id is None else models[frame.model_id].preset
    analysis = FrameAnalysis(
        frame_index=frame.frame_index,
        timestamp_us=frame.timestamp_us,
        wall_ns=frame.wall_ns,
        width_px=frame.width_px,
        height_px=frame.height_px,
        faces=tuple(
            _face(row[6:], preset, calibrations, measured) for row in rows if row[6] is not None
        ),
    )
    return RecordedFrame(analysis, preset.name if preset is not None else "")


def _face(
    row: Sequence[Any],
    preset: Preset | None,
    calibrations: Mapping[int, UsedCalibration],
    measured: Mapping[int, Sequence[Measurement]],
) -> FaceAnalysis:
    face = as_type(row, FaceRow)
    known = None if face.calibration_id is None else calibrations[face.calibration_id]
    labels = preset.labels if preset is not None else ()
    found = measured.get(face.face_id, ())
    return FaceAnalysis(
        face_id=face.face_id,
        detection=Detection(
            BoundingBox(face.x1, face.y1, face.x2, face.y2),
            face.score,
            measurements.landmarks(found),
        ),
        scores=_unpack(face.probabilities, labels),
        smoothed=_unpack(face.smoothed, labels),
        is_unsure=bool(face.is_unsure),
        corrected=_unpack(face.corrected, labels),
        baseline=None if known is None else known.baseline,
        measurements=measurements.without_our_own(found),
    )
