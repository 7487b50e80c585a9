"""One stream to other programs: takes analyses from one thread and sends them on another."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.main_face import MainFace
from fer_desktop.errors import FerError, StreamError
from fer_desktop.log import get_logger
from fer_desktop.streaming.reading import Reading, StreamMark, StreamModel
from trainer.contract.preset import Preset

log = get_logger("streaming")

CAPACITY: Final = 90  # frames, some three seconds of a camera
_END_LIMIT_S: Final = 3.0
_MARK_LENGTH_MAX: Final = 1000  # as much as fits into a datagram, whatever the letters


class Carrier(Protocol):
    """One way in which results are sent; one thread makes all calls, and none may take long."""

    def open(self) -> None:
        """Get ready to send.

        Raises:
            StreamError: if that cannot be done.
        """
        ...

    def begin(self, info: SourceInfo) -> None:
        """A source begins."""
        ...

    def use_model(self, model: StreamModel) -> None:
        """From the next reading on this model answers."""
        ...

    def send(self, reading: Reading) -> int:
        """Send what was read of a frame; return for how many receivers it is lost.

        Raises:
            StreamError: if nothing can be sent any more.
        """
        ...

    def mark(self, mark: StreamMark) -> None:
        """Send a mark."""
        ...

    def end(self) -> None:
        """The source ends."""
        ...

    def close(self) -> None:
        """Let go of everything; may be called without ``open``, and after it has failed."""
        ...


class StreamOutput:
    """Takes every analysis, keeps the newest few until they are sent, and never waits.

    It is an output of the pipeline. It stays open from one session to the next, so that whoever
    listens need not come again: ``shutdown`` ends it.

    Attributes:
        name: what messages call it.
    """

    def __init__(
        self,
        name: str,
        make_carrier: Callable[[], Carrier],
        *,
        capacity: int = CAPACITY,
        camera: int = 0,
        on_failed: Callable[[FerError], object] = lambda error: None,
    ) -> None:
        """Take what sends; no thread starts yet.

        Args:
            name: what messages call it.
            make_carrier: makes what sends, anew each time it is started.
            capacity: so many frames wait at most; the oldest one goes when another one comes.
            camera: number of the camera, from 1, where several are read at once; else 0.
            on_failed: hears at once, on the thread that sends, why nothing is sent any more.
        """
        self.name = name
        self._make_carrier = make_carrier
        self._capacity = capacity
        self._camera = camera
        self._on_failed = on_failed
        self._changed = threading.Condition()
        self._waiting: deque[Reading | Callable[[Carrier], object]] = deque()
        self._readings = 0  # among what waits
        self._is_ready = self._is_ending = False
        self._failure: FerError | None = None
        self._thread: threading.Thread | None = None
        self._sent = self._dropped = self._untold = 0
        # From here on everything belongs to the thread that feeds it.
        self._session = 0
        self._source = ""
        self._model: StreamModel | None = None
        self._main = MainFace()
        self._is_live = False
        self._newest: tuple[int, int, int | None] | None = None  # one moment by three clocks

    @property
    def is_sending(self) -> bool:
        """Whether it has been opened, and has neither failed nor been ended."""
        return self._is_ready and not self._is_ending and self._failure is None

    @property
    def session(self) -> int:
        """The number of the session that was begun last; 0 before any."""
        return self._session

    @property
    def is_alive(self) -> bool:
        """Whether it still has something open."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def sent(self) -> int:
        """How many frames were sent."""
        return self._sent

    @property
    def dropped(self) -> int:
        """How many frames were not, because sending took too long, or a receiver was too slow."""
        return self._dropped

    def start(self, patience_s: float = 0.0) -> None:
        """Start to send, unless it has been started.

        Args:
            patience_s: how long to wait until it is ready; 0 does not wait.

        Raises:
            StreamError: if it cannot be opened, which is told later where nobody waits.
        """
        with self._changed:
            if self._thread is None:
                self._is_ready = self._is_ending = False
                self._failure = None
                self._waiting.clear()
                self._readings = 0
                self._thread = threading.Thread(
                    target=self._run, name=f"stream {self.name}", daemon=True
                )
                self._thread.start()
            self._changed.wait_for(lambda: self._is_ready or self._failure, patience_s)
        self._raise_failure()

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a session.

        Raises:
            StreamError: if it could not be opened before.
        """
        self.start()
        self._session, self._source = session, info.name
        self._main.clear()
        self._is_live, self._newest = info.is_live, None
        self._put(lambda carrier: carrier.begin(info))

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Note which model answers."""
        model = self._model = StreamModel(preset.name, preset.sha256, preset.labels)
        self._put(lambda carrier: carrier.use_model(model))

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Have a frame's numbers sent.

        Raises:
            StreamError: if they cannot be sent any more.
        """
        self._raise_failure()
        self._main.take(analysis)
        reading = Reading(
            self._session,
            self._source,
            frame.captured_ns,
            analysis,
            self._main.face_id,
            self._model,
            self._camera,
        )
        self._newest = (frame.timestamp_us, frame.captured_ns, analysis.wall_ns)
        with self._changed:
            if self._readings >= self._capacity:
                self._drop_oldest()
            self._readings += 1
            self._waiting.append(reading)
            self._changed.notify_all()

    def mark(self, timestamp_us: int, text: str) -> None:
        """Have a mark sent; any thread may call it.

        Args:
            timestamp_us: the moment in the source.
            text: what was marked.
        """
        captured_ns, wall_ns = time.monotonic_ns(), time.time_ns()
        if self._is_live and (newest := self._newest) is not None:
            since_ns = (timestamp_us - newest[0]) * 1000
            captured_ns = newest[1] + since_ns
            wall_ns = newest[2] + since_ns if newest[2] is not None else wall_ns
        mark = StreamMark(
            self._session,
            self._source,
            timestamp_us,
            captured_ns,
            wall_ns if self._is_live else None,
            text[:_MARK_LENGTH_MAX],
            self._camera,
        )
        with self._changed:
            if len(self._waiting) - self._readings >= self._capacity:
                self._dropped += 1
                return
        self._put(lambda carrier: carrier.mark(mark))

    def close(self, *, is_complete: bool) -> None:
        """End the session; the stream stays open for the next one."""
        self._put(lambda carrier: carrier.end())

    def shutdown(self) -> None:
        """Send what waits, and end; some seconds at most."""
        self.end()
        self.join()

    def end(self) -> None:
        """Have it end, without waiting for it."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()

    def join(self, limit_s: float = _END_LIMIT_S) -> None:
        """Wait until it has ended, but no longer than so many seconds."""
        with self._changed:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(limit_s)
            if thread.is_alive():
                log.warning("the stream %s does not end", self.name)

    def _put(self, do: Callable[[Carrier], object]) -> None:
        with self._changed:
            self._waiting.append(do)
            self._changed.notify_all()

    def _drop_oldest(self) -> None:
        oldest = next(item for item in self._waiting if isinstance(item, Reading))
        self._waiting.remove(oldest)
        self._readings -= 1
        self._dropped += 1
        self._untold += 1

    def _raise_failure(self) -> None:
        with self._changed:
            failure = self._failure
            if failure is not None:
                self._thread = None  # which is over: the next session may have more luck
        if failure is not None:
            raise failure

    def _run(self) -> None:
        try:
            carrier = self._make_carrier()
            try:
                carrier.open()
                with self._changed:
                    self._is_ready = True
                    self._changed.notify_all()
                self._send_all(carrier)
            finally:
                carrier.close()
        except FerError as error:
            self._fail(error)
        except Exception as error:  # thread boundary
            log.exception("the stream %s failed", self.name)
            self._fail(
                StreamError(
                    f"Sending to {self.name} has failed: {error!r}.",
                    hint="See the log file for details.",
                )
            )

    def _fail(self, error: FerError) -> None:
        with self._changed:
            self._failure = error
            self._changed.notify_all()
        self._on_failed(error)

    def _send_all(self, carrier: Carrier) -> None:
        while (item := self._next()) is not None:
            if isinstance(item, Reading):
                lost = carrier.send(item)
                with self._changed:  # others count meanwhile
                    self._dropped += lost
                    self._sent += 1
            else:
                item(carrier)

    def _next(self) -> Reading | Callable[[Carrier], object] | None:
        """Wait for what is to be done next; None at the end."""
        with self._changed:
            while not self._waiting and not self._is_ending:
                self._changed.wait()
            if not self._waiting:
                return None
            item = self._waiting.popleft()
            if isinstance(item, Reading):
                self._readings -= 1
                untold, self._untold = self._untold, 0
                return replace(item, dropped=untold) if untold else item
            return item
