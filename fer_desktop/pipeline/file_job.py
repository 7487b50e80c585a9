"""One file being analysed: every wanted frame, in order, between whatever else is to be done."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.pipeline.file_reading import FileReading
from fer_desktop.pipeline.former_part import Following, FormerPart
from fer_desktop.pipeline.handoff import Closed
from fer_desktop.pipeline.outputs import FanOut
from fer_desktop.pipeline.shown_frame import ShownFrame
from fer_desktop.sources.base import FrameSource
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.ports import EmotionClassifier

# A picture so much further on than what is known is shown without numbers instead of waited for.
_NEAR_US: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class FileOrder:
    """A file to be analysed.

    Attributes:
        number: of its session.
        make_source: makes what reads it, anew for each run.
        selection: which frames are wanted.
        outputs: get every analysis.
        former: what was recorded of it before an interruption; None begins at its beginning.
    """

    number: int
    make_source: Callable[[], FrameSource]
    outputs: FanOut
    selection: FrameSelection = ALL_FRAMES
    former: FormerPart | None = None


@dataclass(slots=True)
class FileCounts:
    """What came of a file so far.

    Attributes:
        frames, faces: frames that were analysed, and different faces in them.
        edge_us: time of the latest one; -1 before any.
    """

    frames: int = 0
    faces: set[int] = field(default_factory=set)
    edge_us: int = -1

    def add(self, analysis: FrameAnalysis) -> None:
        """Count a frame."""
        self.frames += 1
        self.faces.update(face.face_id for face in analysis.faces)
        self.edge_us = analysis.timestamp_us


class FileJob:
    """A file on its way through the networks; all but ``may_show`` belongs to one thread.

    Attributes:
        order: what is wanted.
        info: what the source says of itself; None before it is open.
        counts: what came of it so far.
        baselines: the rest of faces that are read against it.
        is_over: whether nothing more comes.
        shown: where its numbers are shown; None while nobody looks.
        on_change: called when ``may_show`` may answer otherwise than before.
    """

    def __init__(self, order: FileOrder, shown: ShownFrame | None = None) -> None:
        self.order = order
        self.shown = shown
        self.on_change: Callable[[], object] = lambda: None
        self.info: SourceInfo | None = None
        self.counts = FileCounts()
        self.baselines: dict[int, NeutralBaseline] = {}
        self._former = order.former
        self._following: Following | None = None
        if self._former is not None:
            self.baselines.update(self._former.baselines)
        self.is_over = False
        self._is_held = threading.Event()  # nobody waits for it: paused, over, or without networks
        self._is_held.set()
        self._analyzer: Analyzer | None = None
        self._reading: FileReading | None = None
        self._is_open = False
        self._is_model_told = False

    @property
    def is_begun(self) -> bool:
        """Whether it is being read."""
        return self._reading is not None

    @property
    def total(self) -> int | None:
        """About how many frames are wanted; None where that is not known."""
        return None if self.info is None else self.order.selection.count(self.info)

    def begin(self, analyzer: Analyzer, on_ready: Callable[[], object]) -> None:
        """Begin to read the file from its first wanted frame on."""
        analyzer.reset()
        for face_id, baseline in self.baselines.items():
            analyzer.calibrator.calibrate(face_id, baseline)
        self._analyzer = analyzer
        selection = self.order.selection
        if self._former is not None:
            self._following = Following(self._former)
            since_us = max(selection.from_us or 0, self._following.since_us)
            selection = replace(selection, from_us=since_us)
        self._reading = FileReading(
            self.order.make_source(), analyzer, selection, on_ready=on_ready
        )
        self._reading.start()
        self._is_held.clear()

    def hold(self, is_held: bool) -> None:
        """Let nobody wait for it, or do so again."""
        if is_held or self.is_over or not self.is_begun:
            self._is_held.set()
        else:
            self._is_held.clear()
        self.on_change()

    def follow(self) -> bool:
        """Take in some of what was recorded before; tell whether there was anything left of it.

        Raises:
            OtherNumbersError: if it can no longer be read.
        """
        if self._following is None or self._analyzer is None:
            return False
        followed = self._following.take(self._analyzer)
        for analysis in followed or ():
            self.counts.add(analysis)
        return followed is not None

    def advance(self) -> SourceInfo | tuple[Frame, FrameAnalysis] | None:
        """Return what comes next, or None where the file has not been read so far.

        Raises:
            Closed: at the end.
            FerError: why it ends early.
            OtherNumbersError: if what was recorded before does not come out again.
        """
        reading, analyzer = self._reading, self._analyzer
        if reading is None or analyzer is None:
            return None
        try:
            found = reading.poll()
        except Closed:
            if self._following is not None:
                self._following.confirm_end()
            raise
        if found is None:
            return None
        if isinstance(found, SourceInfo):
            self.info = found
            self._is_open, self._is_model_told = True, False
            self.order.outputs.opened(self.order.number, found)
            return found
        frame, seen = found
        is_still = self.info is not None and self.info.kind == "image"
        analysis = analyzer.recognize(frame, seen, still=is_still)
        if self._following is not None:
            self._following.confirm(analysis)
        self.counts.add(analysis)
        return frame, analysis

    def take(self, frame: Frame, analysis: FrameAnalysis, model: EmotionClassifier | None) -> None:
        """Hand an analysis to whoever wants it."""
        if self.shown is not None:
            self.shown.known.append(analysis)
            self.shown.learn()
            self.on_change()
        outputs = self.order.outputs
        if not self._is_model_told and model is not None:
            self._is_model_told = True
            outputs.model_changed(
                model.preset, analysis.frame_index, engine=model.engine, device=model.device
            )
        outputs.write(frame, analysis)

    def may_show(self, frame: Frame) -> bool:
        """Tell whether a picture need not wait until it is known; from any thread."""
        shown = self.shown
        if shown is None or self._is_held.is_set():
            return True
        if not self.order.selection.takes(frame.index, frame.timestamp_us):
            return True
        index, time_us = shown.known.edge or (-1, self.order.selection.from_us or 0)
        return frame.index <= index or frame.timestamp_us > time_us + _NEAR_US

    def restart(self) -> None:
        """Forget what came of it: it is to begin anew, from its beginning."""
        if self._former is not None:
            self._former.on_dropped()
        self._former = self._following = None
        self._stop()
        self._close(SessionEnd(is_whole=False), is_complete=False)
        self.counts = FileCounts()
        self.is_over = False
        if self.shown is not None:
            self.shown.forget()

    def end(self, end: SessionEnd, *, is_complete: bool) -> None:
        """Let go of everything and finish the session; may be called twice.

        Args:
            end: how it ended.
            is_complete: False where the analysis failed.
        """
        self.is_over = True
        self._stop()
        self._close(end, is_complete=is_complete)

    def _close(self, end: SessionEnd, *, is_complete: bool) -> None:
        if self._is_open:
            self._is_open = False
            self.order.outputs.close(is_complete=is_complete, end=end)

    def _stop(self) -> None:
        self._is_held.set()
        self.on_change()
        reading, self._reading = self._reading, None
        self._analyzer = None
        if reading is not None:
            reading.stop()  # its threads end by themselves, whatever the disk is up to
