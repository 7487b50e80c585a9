"""The session file as an output of the pipeline."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face_quality import light_on
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.host_clock import clock_name
from fer_desktop.domain.measures import LIGHT, Measurement, MeasureSpec
from fer_desktop.domain.session_end import SessionEnd
from trainer.contract.preset import Preset

_LIGHT: Final = MeasureSpec(LIGHT, (LIGHT,), range=(0.0, 255.0))


class AnalysisWriter(Protocol):
    """What keeps the numbers of one session, such as a ``SessionWriter``."""

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Note which model reads from this frame on."""
        ...

    def began(self, clock: str, zero_ns: int) -> None:
        """Note what a monotonic clock said at a live source's time 0, and which clock it is."""
        ...

    def write(self, analysis: FrameAnalysis) -> None:
        """Keep the numbers of a frame, in place of former ones."""
        ...

    def close(self, end: SessionEnd) -> None:
        """Finish the session."""
        ...


class SessionOutput:
    """Writes each session to a file of its own, which is made when there is something to write.

    A source without a single analysis leaves no empty session.
    """

    def __init__(self, create: Callable[[int, SourceInfo], AnalysisWriter]) -> None:
        """Take what makes the file of a session; StorageError."""
        self._create = create
        self._session: tuple[int, SourceInfo] | None = None
        self._writer: AnalysisWriter | None = None
        self._tell_model: Callable[[AnalysisWriter], None] | None = None
        self._end: SessionEnd | None = None

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a session."""
        self._session = session, info
        self._writer = self._tell_model = self._end = None

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Note which model reads from this frame on."""

        def tell(writer: AnalysisWriter) -> None:
            writer.model_changed(preset, frame_index, engine=engine, device=device)

        self._tell_model = tell
        if self._writer is not None:
            tell(self._writer)

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Keep the numbers of a frame, and none of its pixels, but how light its faces are.

        Raises:
            StorageError: if the session cannot be written, or no longer.
        """
        if self._writer is None:
            assert self._session is not None  # it was opened
            self._writer = self._create(*self._session)
            if self._session[1].is_live:
                zero_ns = frame.captured_ns - frame.timestamp_us * 1000
                if zero_ns >= 0:  # a source of others may count its time from elsewhere
                    self._writer.began(clock_name(), zero_ns)
            if self._tell_model is not None:
                self._tell_model(self._writer)
        self._writer.write(with_light(frame, analysis))

    def ended(self, end: SessionEnd) -> None:
        """Note how the session ended."""
        self._end = end

    def close(self, *, is_complete: bool) -> None:
        """Finish the session's file; what was written stays, however the analysis has ended.

        Raises:
            StorageError: if it could not be written, and ``write`` did not say so yet.
        """
        writer, self._writer = self._writer, None
        if writer is not None:
            # Untold, it ended in the middle, as on a full disk.
            writer.close(self._end or SessionEnd(is_whole=None if is_complete else False))


def with_light(frame: Frame, analysis: FrameAnalysis) -> FrameAnalysis:
    """Return an analysis in which each face also says how light it is."""

    def lit(face: FaceAnalysis) -> FaceAnalysis:
        light = light_on(frame.pixels, face.detection.box)
        if light is None:
            return face
        measurement = Measurement(_LIGHT, (light,))
        return replace(face, measurements=(*face.measurements, measurement))

    return replace(analysis, faces=tuple(map(lit, analysis.faces)))
