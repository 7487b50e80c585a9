"""What was read of one frame, as NumPy arrays."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.measures import MESH

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class FaceReading:
    """One face in one frame.

    Attributes:
        face_id: number of the face, from 1; the same face keeps it over a video.
        box_px: left, top, right and bottom edge inside the picture, pixels, shape (4,).
        landmarks_px: x and y of facial points by name, ``right_eye`` being the person's own right.
        detection_score: how certain the detector is, 0 to 1.
        labels: names of the expressions, in the model's order.
        probabilities: the model's calibrated answer for this very frame, shape (labels,), sum 1.
        corrected: the same corrected by the face's neutral expression, if it was calibrated.
        smoothed: what the window shows: corrected, if the face was calibrated, and smoothed over
            time, if it is not a picture.
        is_unsure: whether the highest smoothed probability lies below the model's threshold.
        measures: what else was measured of the face, by the names of the table's columns.
        mesh_px: its mesh, if that was measured, shape (478, 3): x, y, and z, smaller nearer to the
            camera, in pixels of the picture.
    """

    face_id: int
    box_px: NDArray[np.float64]
    landmarks_px: dict[str, tuple[float, float]]
    detection_score: float
    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]
    corrected: NDArray[np.float64] | None
    smoothed: NDArray[np.float64]
    is_unsure: bool
    measures: dict[str, float]
    mesh_px: NDArray[np.float32] | None

    @property
    def emotion(self) -> str:
        """The likeliest expression, after smoothing."""
        return self.labels[int(self.smoothed.argmax())]

    @property
    def confidence(self) -> float:
        """Its smoothed probability."""
        return float(self.smoothed.max())

    def __repr__(self) -> str:
        unsure = ", unsure" if self.is_unsure else ""
        return f"FaceReading(face {self.face_id}: {self.emotion} {self.confidence:.2f}{unsure})"


@dataclass(frozen=True, slots=True, eq=False)
class FrameReading:
    """One picture, or one frame of a video or camera, with its faces.

    Attributes:
        index: position in the video, from 0; of a camera, numbers of frames left out are missing.
        time_s: seconds on the source's own clock, from its first frame.
        wall_time: when a camera's frame was captured, UTC; None for files.
        pixels: the picture, shape (height, width, 3), uint8, blue first as in OpenCV; read-only.
        labels: names of the expressions, in the model's order.
        faces: sorted by face id; empty where there is none.
    """

    index: int
    time_s: float
    wall_time: datetime | None
    pixels: NDArray[np.uint8]
    labels: tuple[str, ...]
    faces: tuple[FaceReading, ...]

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The picture with red first, as matplotlib and Pillow show it."""
        return self.pixels[:, :, ::-1]

    @property
    def boxes_px(self) -> NDArray[np.float64]:
        """Left, top, right and bottom edge of each face, shape (faces, 4)."""
        return np.array([face.box_px for face in self.faces], np.float64).reshape(-1, 4)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The model's answer for each face, shape (faces, labels)."""
        rows = [face.probabilities for face in self.faces]
        return np.array(rows, np.float64).reshape(-1, len(self.labels))

    def __repr__(self) -> str:
        return f"FrameReading({self.index}, {self.time_s:.3f} s, faces: {list(self.faces)})"


def frame_reading(frame: Frame, analysis: FrameAnalysis, labels: tuple[str, ...]) -> FrameReading:
    """Return an analysed frame as arrays.

    Args:
        frame: the frame.
        analysis: what a model of these labels read of it.
        labels: of the model.
    """
    wall_time = None
    if frame.wall_ns is not None:
        wall_time = _EPOCH + timedelta(microseconds=frame.wall_ns // 1000)
    return FrameReading(
        index=frame.index,
        time_s=frame.timestamp_us / 1e6,
        wall_time=wall_time,
        pixels=frame.pixels,
        labels=labels,
        faces=tuple(_face_reading(face, analysis, labels) for face in analysis.faces),
    )


def _face_reading(face: FaceAnalysis, frame: FrameAnalysis, labels: tuple[str, ...]) -> FaceReading:
    if face.scores is None or face.smoothed is None:
        raise ValueError(f"the frame was read without a model. Received: {face}")
    box = face.detection.box.clipped(frame.width_px, frame.height_px)
    return FaceReading(
        face_id=face.face_id,
        box_px=np.array((box.x1, box.y1, box.x2, box.y2), np.float64),
        landmarks_px=dict(face.detection.landmarks),
        detection_score=face.detection.score,
        labels=labels,
        probabilities=np.array(face.scores.probabilities, np.float64),
        corrected=(
            np.array(face.corrected.probabilities, np.float64)
            if face.corrected is not None
            else None
        ),
        smoothed=np.array(face.smoothed.probabilities, np.float64),
        is_unsure=face.is_unsure,
        measures={
            column: number
            for spec, numbers in face.measurements
            if spec.key != MESH
            for column, number in zip(spec.columns, numbers, strict=True)
        },
        mesh_px=_mesh(face),
    )


def _mesh(face: FaceAnalysis) -> NDArray[np.float32] | None:
    for spec, numbers in face.measurements:
        if spec.key == MESH:
            return np.array(numbers, np.float32).reshape(-1, 3)
    return None
