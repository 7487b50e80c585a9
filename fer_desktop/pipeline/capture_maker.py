"""What reads a source: how it is paced, and where it delivers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread

from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.known_frames import KnownFrames
from fer_desktop.errors import FerError
from fer_desktop.pipeline.capture import FileCapture, LiveCapture
from fer_desktop.pipeline.clock import Clock
from fer_desktop.pipeline.events import Result
from fer_desktop.pipeline.file_job import FileJob, FileOrder
from fer_desktop.pipeline.inference import Inference
from fer_desktop.pipeline.meters import Meters
from fer_desktop.pipeline.outlets import CurrentSession, FileOutlet, LiveOutlet
from fer_desktop.pipeline.outputs import FanOut
from fer_desktop.pipeline.shown_frame import ShownFrame
from fer_desktop.sources.base import FileSource, FrameSource


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureMaker:
    """Makes the capture of a session; its thread is not started.

    Attributes:
        current: the session whose events are of interest.
        meters: count its frames.
        inference: analyses what is live.
        clock: when frames are due.
        make_outputs: makes what the analyses of a file go to.
        on_result: gets every frame of a file that is shown.
        on_failed: gets the number of a session that failed, and why.
        reconnect_pauses_s: pauses before a live source is tried again; the last one repeats.
    """

    current: CurrentSession
    meters: Meters
    inference: Inference
    clock: Clock
    make_outputs: Callable[[], FanOut]
    on_result: Callable[[Result], None]
    on_failed: Callable[[int, FerError], None]
    reconnect_pauses_s: Sequence[float]

    def live(self, number: int, source: FrameSource, formers: Sequence[Thread]) -> LiveCapture:
        """Return what reads a live source.

        Args:
            number: of its session.
            source: not opened yet.
            formers: threads that may still hold the same camera.
        """
        return LiveCapture(
            source,
            LiveOutlet(number, self.current, self.meters, self.on_failed, self.inference),
            self.clock,
            name=_name(number),
            formers=formers,
            reconnect_pauses_s=self.reconnect_pauses_s,
        )

    def file(
        self,
        number: int,
        source: FileSource,
        selection: FrameSelection,
        known: KnownFrames | None,
    ) -> tuple[FileCapture, FileJob | None]:
        """Return what plays a file, and what analyses it, unless that was done before.

        Args:
            number: of its session.
            source: not opened yet.
            selection: which of its frames are analysed.
            known: what was found out before.
        """
        shown = ShownFrame(number, selection.every - 1, self.on_result, known)
        job: FileJob | None = None
        if known is None:
            job = FileJob(FileOrder(number, source.again, self.make_outputs(), selection), shown)
        outlet = FileOutlet(number, self.current, self.meters, self.on_failed, job, shown)
        capture = FileCapture(source, outlet, self.clock, name=_name(number))
        if job is not None:
            job.on_change = capture.transport.nudge
        return capture, job


def _name(number: int) -> str:
    return f"capture-{number}"
