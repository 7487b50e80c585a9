"""Measures of faces: what one is, and how those that are switched on are taken."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.measures import Measurement, MeasureSpec
from fer_desktop.errors import FerError
from fer_desktop.plugins import report
from fer_desktop.vision.landmarks.face_mesh import FaceMesh
from fer_desktop.vision.landmarks.landmarker import FaceLandmarker
from trainer.contract.text import one_line

_NAMED: Final = 2  # of several that cannot start
_REASON_LETTERS: Final = 300
# From a frame and its faces to the numbers of each, None where they cannot be told.
MeasureFaces = Callable[[Frame, Sequence[FaceAnalysis]], Sequence[Sequence[float] | None]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that can be switched on.

    Attributes:
        spec: what its numbers are.
        start: loads whatever it needs and returns what measures all faces of a frame; that is used
            by one thread, and its ``close`` is called in the end if it has one. The numbers depend
            on nothing but the frame and the faces, so that the same file gives the same ones again.
    """

    spec: MeasureSpec
    start: Callable[[], MeasureFaces]


@dataclass(frozen=True, slots=True)
class MeshMeasure:
    """A measure of a face's mesh, which all such measures share: it is found once a frame.

    Attributes:
        spec: what its numbers are.
        of: returns them, None where they cannot be told, of the picture, the face and its mesh,
            which is None where the landmarker sees no face.
    """

    spec: MeasureSpec
    of: Callable[[Frame, FaceAnalysis, FaceMesh | None], Sequence[float] | None]


def each_face(
    function: Callable[[Frame, FaceAnalysis], Sequence[float] | None],
) -> Callable[[], MeasureFaces]:
    """Return the ``start`` of a measure that looks at one face at a time and loads nothing."""

    def measure(frame: Frame, faces: Sequence[FaceAnalysis]) -> list[Sequence[float] | None]:
        return [function(frame, face) for face in faces]

    return lambda: measure


class Measurer:
    """Takes the measures that are switched on; one that fails leaves its cells empty.

    Attributes:
        specs: what it measures, also what cannot be told for now: tables of one study have the
            same columns on every computer.
        problems: why a measure stays empty, at all or where it fails, by its key.
    """

    def __init__(self, measures: Iterable[Measure | MeshMeasure] = ()) -> None:
        """Start the measures; of those that cannot start it is told why, once for each reason."""
        self._running: list[tuple[MeasureSpec, MeasureFaces]] = []
        self.problems: dict[str, str] = {}
        meshes = self._meshes = _Meshes()
        specs: list[MeasureSpec] = []
        idle: dict[str, list[str]] = {}
        for measure in measures:
            specs.append(measure.spec)
            try:
                started = (
                    measure.start() if isinstance(measure, Measure) else meshes.measuring(measure)
                )
            except Exception as error:  # noqa: BLE001 - code of others
                reason = self.problems[measure.spec.key] = _reason(error)
                idle.setdefault(reason, []).append(measure.spec.key)
            else:
                self._running.append((measure.spec, started))
        self.specs = tuple(specs)
        for reason, keys in idle.items():
            names = ", ".join(map(repr, keys[:_NAMED])) + (", ..." if len(keys) > _NAMED else "")
            what = "The measure" if len(keys) == 1 else f"{len(keys)} measures,"
            report(f"{what} {names} cannot start and {_stay(len(keys))} empty: {reason}.")

    def measured(self, frame: Frame, faces: Sequence[FaceAnalysis]) -> tuple[FaceAnalysis, ...]:
        """Return the faces of a frame with what is measured of them."""
        if not self._running or not faces:
            return tuple(faces)
        found: list[list[Measurement]] = [[] for _ in faces]
        for spec, function in self._running:
            try:
                rows = function(frame, faces)
                for measurements, row in zip(found, rows, strict=True):
                    numbers = None if row is None else _checked(spec, row)
                    if numbers is not None:
                        measurements.append(Measurement(spec, numbers))
            except Exception as error:  # noqa: BLE001 - code of others
                self._tell(spec, "fails, and its cells stay empty where it does", error)
        return tuple(
            replace(face, measurements=tuple(measurements))
            for face, measurements in zip(faces, found, strict=True)
        )

    def close(self) -> None:
        """Release what the measures hold; may be called twice."""
        running, self._running = self._running, []
        self._meshes.close()
        for spec, function in running:
            close = getattr(function, "close", None)
            if close is not None:
                try:
                    close()
                except Exception as error:  # noqa: BLE001 - code of others
                    self._tell(spec, "cannot be closed", error)

    def _tell(self, spec: MeasureSpec, what: str, error: Exception) -> None:
        """Say once of a measure what goes wrong, which may be so in every frame."""
        if spec.key not in self.problems:
            reason = self.problems[spec.key] = _reason(error)
            report(f"The measure {spec.key!r} {what}: {reason}.")


def _stay(count: int) -> str:
    return "stays" if count == 1 else "stay"


def _reason(error: Exception) -> str:
    text = str(error) if isinstance(error, FerError) else f"{type(error).__name__}: {error}"
    return one_line(text, _REASON_LETTERS).rstrip(".")


class _Meshes:
    """The faces' meshes in one frame, found when the first measure asks for them."""

    def __init__(self) -> None:
        self._landmarker: FaceLandmarker | None = None
        self._failure: FerError | None = None
        self._key: tuple[Frame, list[Detection]] | None = None
        self._meshes: list[FaceMesh | None] = []

    def measuring(self, measure: MeshMeasure) -> MeasureFaces:
        """Load the landmarker, once, and return what takes a measure.

        Raises:
            DetectorError: if it cannot be loaded.
        """
        landmarker = self._load()

        def measured(frame: Frame, faces: Sequence[FaceAnalysis]) -> list[Sequence[float] | None]:
            return [
                measure.of(frame, face, mesh)
                for face, mesh in zip(faces, self._find(landmarker, frame, faces), strict=True)
            ]

        return measured

    def close(self) -> None:
        """Release the landmarker."""
        if self._landmarker is not None:
            self._landmarker.close()

    def _load(self) -> FaceLandmarker:
        if self._failure is not None:
            raise self._failure
        if self._landmarker is None:
            try:
                self._landmarker = FaceLandmarker()
            except FerError as error:
                self._failure = error
                raise
        return self._landmarker

    def _find(
        self, landmarker: FaceLandmarker, frame: Frame, faces: Sequence[FaceAnalysis]
    ) -> list[FaceMesh | None]:
        detections = [face.detection for face in faces]
        if self._key is None or self._key[0] is not frame or self._key[1] != detections:
            self._meshes = landmarker.find(frame.pixels, detections)
            self._key = frame, detections
        return self._meshes


def _checked(spec: MeasureSpec, row: Sequence[float]) -> tuple[float, ...]:
    """Return the numbers of a face as sessions keep them.

    Raises:
        ValueError: if they are not what the measure says of itself.
    """
    numbers = np.asarray(row, np.float32)
    if numbers.shape != (len(spec.channels),):
        raise ValueError(f"{numbers.shape} numbers for {len(spec.channels)} channels")
    if not np.isfinite(numbers).all():
        raise ValueError("a number is not finite")
    return tuple(numbers.tolist())
