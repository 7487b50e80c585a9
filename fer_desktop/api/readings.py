"""The frames of a video or a camera, read one after the other."""

import warnings
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from fer_desktop.api.frames import FrameReading, frame_reading
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.pipeline.live_run import analyze_live
from fer_desktop.recording.face_table import FaceTable
from fer_desktop.recording.session_format import RecordedFrame, UsedModel
from fer_desktop.sources.base import FrameSource
from fer_desktop.vision.analyzer import Analyzer

if TYPE_CHECKING:
    from pandas import DataFrame


class Readings(Iterator[FrameReading]):
    """The frames of a video or a camera, one after the other, each read when it is asked for.

    Use it in a ``with`` block, or let it come to its end, or call ``close``: then its threads are
    gone and its file or camera is free. It can be gone through once.
    """

    def __init__(
        self,
        source: FrameSource,
        analyzer: Analyzer,
        model: UsedModel,
        *,
        is_live: bool,
        seconds: float | None,
        selection: FrameSelection,
        baselines: Mapping[int, NeutralBaseline],
        on_closed: Callable[[], object],
    ) -> None:
        """Take what to read; ``Reader`` does this."""
        self._model = model
        self._measures = analyzer.measures
        self._seconds = seconds
        self._is_endless = is_live and seconds is None
        self._is_calibrated = bool(baselines)
        self._opened: list[SourceInfo] = []
        opened = self._opened

        def on_opened(info: SourceInfo) -> None:
            opened.append(info)
            for face_id, baseline in baselines.items():  # only now: a new source forgets its faces
                analyzer.calibrator.calibrate(face_id, baseline)

        if is_live:
            self._frames = analyze_live(source, analyzer, on_opened=on_opened)
        else:
            self._frames = analyze_file(source, analyzer, selection=selection, on_opened=on_opened)
        self._on_closed = on_closed
        # Also for one that is forgotten, and for a script that ends.
        self._finalizer = weakref.finalize(self, self._frames.close)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the expressions, in the model's order."""
        return self._model.preset.labels

    @property
    def info(self) -> SourceInfo | None:
        """Size, frame rate and length of the source; None before its first frame is read."""
        return self._opened[0] if self._opened else None

    @property
    def is_closed(self) -> bool:
        """Whether no frame can come any more."""
        return not self._finalizer.alive

    def __next__(self) -> FrameReading:
        frame, analysis = self._advance()
        return frame_reading(frame, analysis, self.labels)

    def to_table(self) -> FaceTable:
        """Read the frames that are left, and return one row per face and frame.

        Where a video is damaged, the table holds what could be read before and after, its
        ``problem`` says what is missing, and so does a warning.

        Raises:
            SourceError: if not a single frame can be read.
            ValueError: if they would never end: a camera without ``seconds``.
        """
        if self._is_endless:
            raise ValueError("a camera never ends: say for how long, as in seconds=10")
        problems: list[str] = []
        table = FaceTable.of(
            self._rest(problems),
            [self._model],
            measures=self._measures,
            is_calibrated=self._is_calibrated,
        )
        if not problems:
            return table
        warnings.warn(problems[0], stacklevel=2)
        return replace(table, problem=problems[0])

    def to_frame(self) -> "DataFrame":
        """Read the frames that are left, and return ``to_table`` as a pandas data frame.

        Raises:
            FerError: if pandas is not installed, or not a single frame can be read.
            ValueError: if they would never end: a camera without ``seconds``.
        """
        return self.to_table().to_frame()

    def close(self) -> None:
        """Stop reading, and free the file or camera; may be called twice."""
        self._finalizer()
        self._on_closed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _advance(self) -> tuple[Frame, FrameAnalysis]:
        """Return the next frame; whatever ends the reading also closes it."""
        try:
            frame, analysis = next(self._frames)
        except BaseException:
            self.close()
            raise
        if self._seconds is not None and frame.timestamp_us > 1e6 * self._seconds:
            self.close()
            raise StopIteration
        return frame, analysis

    def _rest(self, problems: list[str]) -> Generator[RecordedFrame, None, None]:
        is_first = True
        while True:
            try:
                _, analysis = self._advance()
            except StopIteration:
                return
            except SourceError as error:
                if is_first:
                    raise
                problems.append(str(error))
                return
            is_first = False
            yield RecordedFrame(analysis, self._model.preset.name)
