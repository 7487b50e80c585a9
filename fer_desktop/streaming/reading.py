"""What other programs are sent of a frame: numbers, never pictures."""

import time
from dataclasses import dataclass
from typing import Any

import msgspec

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.measures import COLUMNS_MAX
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.wall_time import utc_text


@dataclass(frozen=True, slots=True)
class StreamModel:
    """The model that answers.

    Attributes:
        name: what it is called.
        sha256: checksum of its weights.
        labels: names of the expressions, in its order.
    """

    name: str
    sha256: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one frame, without its pixels: they are large, and nobody's business.

    Attributes:
        session: number of the session.
        source: what the camera or file is called.
        captured_ns: when the frame was captured, as ``time.monotonic_ns()`` counts.
        analysis: what was found in it.
        main_face_id: which face is meant where only one is; None before any was seen.
        model: which model answered; None before one is ready.
        camera: number of the camera, from 1, where several are read at once; else 0.
        dropped: how many frames just before it were sent to nobody, because sending took too long.
    """

    session: int
    source: str
    captured_ns: int
    analysis: FrameAnalysis
    main_face_id: int | None
    model: StreamModel | None
    camera: int = 0
    dropped: int = 0

    @property
    def main_face(self) -> FaceAnalysis | None:
        """The face that is meant where only one is, if it is in this frame."""
        faces = (face for face in self.analysis.faces if face.face_id == self.main_face_id)
        return next(faces, None)


@dataclass(frozen=True, slots=True)
class StreamMark:
    """A moment that somebody has marked.

    Attributes:
        session: number of the session.
        source: what the camera or file is called.
        timestamp_us: the moment in the source.
        captured_ns: the same moment as ``time.monotonic_ns()`` counts; of a file, when it was
            marked.
        wall_ns: the same moment since 1970; None where it is not known.
        text: what was marked.
        camera: see ``Reading``.
    """

    session: int
    source: str
    timestamp_us: int
    captured_ns: int
    wall_ns: int | None
    text: str
    camera: int = 0


def mark_text(mark: StreamMark) -> bytes:
    """Return a mark as one JSON object on one line, with the names of ``json_text``."""
    fields: dict[str, Any] = {
        "type": "mark",
        "session": mark.session,
        **_camera(mark.camera),
        "source": mark.source,
        "time_s": round(mark.timestamp_us / 1e6, 6),
        "wall_time_utc": utc_text(mark.wall_ns) or None,
        "captured_us": mark.captured_ns // 1000,
        "text": mark.text,
    }
    return msgspec.json.encode(fields)


def json_text(reading: Reading) -> bytes:
    """Return a reading as one JSON object on one line, UTF-8; what is not known is null.

    Names are those of the table's columns. ``camera`` is there where several are read at once.
    ``captured_us`` counts microseconds on this computer's monotonic clock, ``wall_time_utc`` is the
    same moment for live sources, and ``age_ms`` tells how long ago it was.
    """
    frame, model = reading.analysis, reading.model
    fields: dict[str, Any] = {
        "type": "frame",
        "session": reading.session,
        **_camera(reading.camera),
        "source": reading.source,
        "model": model.name if model is not None else None,
        "model_sha256": model.sha256 if model is not None else None,
        "frame_index": frame.frame_index,
        "time_s": round(frame.timestamp_us / 1e6, 6),
        "wall_time_utc": utc_text(frame.wall_ns) or None,
        "captured_us": reading.captured_ns // 1000,
        "age_ms": round((time.monotonic_ns() - reading.captured_ns) / 1e6, 3),
        "width_px": frame.width_px,
        "height_px": frame.height_px,
        "main_face_id": reading.main_face_id,
        "faces": [_face(face, frame) for face in frame.faces],
    }
    return msgspec.json.encode(fields)  # which writes null for what is no number


def _camera(number: int) -> dict[str, int]:
    return {"camera": number} if number else {}


def _face(face: FaceAnalysis, frame: FrameAnalysis) -> dict[str, Any]:
    box = face.detection.box.clipped(frame.width_px, frame.height_px)
    fields: dict[str, Any] = {
        "face_id": face.face_id,
        "x_px": round(box.x1, 2),
        "y_px": round(box.y1, 2),
        "width_px": round(box.width, 2),
        "height_px": round(box.height, 2),
        "detection_score": round(face.detection.score, 6),
        "emotion": face.smoothed.emotion if face.smoothed is not None else None,
        "confidence": round(face.smoothed.confidence, 6) if face.smoothed is not None else None,
        "is_unsure": face.is_unsure,
        "probabilities": _by_label(face.scores),
        "smoothed": _by_label(face.smoothed),
    }
    if face.corrected is not None:
        fields["corrected"] = _by_label(face.corrected)
    if face.measurements:
        fields["measures"] = {
            column: number
            for spec, numbers in face.measurements
            if len(spec.channels) <= COLUMNS_MAX  # a mesh fits in no datagram
            for column, number in zip(spec.columns, numbers, strict=True)
        }
    return fields


def _by_label(scores: EmotionScores | None) -> dict[str, float] | None:
    if scores is None:
        return None
    rounded = (round(number, 6) for number in scores.probabilities)
    return dict(zip(scores.labels, rounded, strict=True))
