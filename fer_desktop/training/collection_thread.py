"""The thread that looks at the camera's frames and writes what is taken."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.handoff import Closed, LatestSlot
from fer_desktop.training.collection import CollectionPlan, CollectionState, Collector
from fer_desktop.training.frame_quality import look_at

log = get_logger("train")

_JOIN_LIMIT_S: Final = 0.5  # a picture takes some milliseconds


@dataclass(frozen=True, slots=True, eq=False)
class _Offer:
    pixels: NDArray[np.uint8]
    faces: Sequence[Detection]


class CollectionThread:
    """Takes the newest frame whenever it is done with the former one.

    ``on_state`` and ``on_failed`` are called on the thread; after a failure it waits to be told to
    go on, and nothing that was written is lost.
    """

    def __init__(
        self,
        plan: CollectionPlan,
        on_state: Callable[[CollectionState], None],
        on_failed: Callable[[FerError], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collector = Collector(plan, f"{datetime.now():%Y-%m-%d %H.%M.%S}", now_s())
        self._on_state = on_state
        self._on_failed = on_failed
        self._now_s = now_s
        self._lock = threading.Lock()  # the collector's: commands come from another thread
        self._is_paused = self._is_stopped = False
        self._slot: LatestSlot[_Offer] = LatestSlot()
        self._thread = threading.Thread(target=self._run, name="collection", daemon=True)

    def start(self) -> None:
        """Begin to take frames."""
        self._thread.start()

    def offer(self, pixels: NDArray[np.uint8], faces: Sequence[Detection]) -> None:
        """Show a frame and the faces in it; returns at once."""
        try:
            self._slot.put(_Offer(pixels, faces))
        except Closed:
            log.debug("a frame came after the collection's end")

    def pause(self) -> None:
        """Take nothing until ``go_on``."""
        with self._lock:
            self._is_paused = True

    def go_on(self) -> None:
        """Take pictures again, after some time to get ready."""
        with self._lock:
            self._is_paused = False
            self._collector.get_ready(self._now_s())

    def skip(self) -> CollectionState:
        """Go on with the next expression."""
        with self._lock:
            return self._collector.skip(self._now_s())

    def redo(self) -> CollectionState:
        """Throw away this expression's pictures of this round, and ask for it again.

        Raises:
            StorageError: if they cannot be deleted.
        """
        with self._lock:
            return self._collector.redo(self._now_s())

    @property
    def state(self) -> CollectionState:
        """How it stands."""
        with self._lock:
            return self._collector.state

    def stop(self) -> CollectionState:
        """End, wait for the picture that is being written, and return how it stands."""
        self._is_stopped = True
        self._slot.close()
        self._thread.join(_JOIN_LIMIT_S)
        return self.state

    def _run(self) -> None:
        while True:
            try:
                offer = self._slot.take()
            except Closed:
                return
            if offer is None:
                continue
            try:
                look = look_at(offer.pixels, offer.faces)
                with self._lock:
                    if self._is_paused:
                        continue
                    state = self._collector.take(look, self._now_s())
            except FerError as error:
                self._fail(error)
            except Exception as error:  # thread boundary
                log.exception("a frame could not be collected")
                self._fail(
                    FerError(f"Collecting failed: {error}.", hint="See the log file for details.")
                )
            else:
                if not self._is_stopped:
                    self._on_state(state)

    def _fail(self, error: FerError) -> None:
        self.pause()
        if not self._is_stopped:
            self._on_failed(error)
