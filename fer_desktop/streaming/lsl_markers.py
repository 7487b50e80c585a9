"""Markers of other programs, heard over the Lab Streaming Layer."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fer_desktop.errors import FerError, StreamError
from fer_desktop.log import get_logger
from fer_desktop.streaming.lsl import OURS
from fer_desktop.streaming.lsl_clock import LslClock, lsl_library
from trainer.contract.text import one_line

log = get_logger("streaming")

_TYPE: Final = "markers"
_POLL_S: Final = 0.02
_LOOK_S: Final = 0.5  # between looks for other senders
_FORGET_S: Final = 5.0
_OPEN_S: Final = 0.5
_CORRECTION_S: Final = 0.01  # LSL goes on estimating meanwhile
_SENDERS_MAX: Final = 16
_TEXT_MAX: Final = 200  # characters
_RATE_MAX: Final = 100  # markers a second; more are no marks that people set
_END_LIMIT_S: Final = 1.0


@dataclass(slots=True)
class _Sender:
    """One who is heard.

    Attributes:
        name: of the stream.
        inlet: of pylsl.
        correction_s: what to add to its times to have them on LSL's clock of this computer; None
            until that is known.
    """

    name: str
    inlet: Any
    correction_s: float | None = None


class MarkerInlet:
    """Hears every sender of markers, or those of one name, as they come and go.

    A sender that dies and is started again is heard again. Our own markers are not.
    """

    def __init__(
        self,
        name: str,
        take: Callable[[int, str], object],
        on_failed: Callable[[FerError], object],
        *,
        is_for_network: bool = False,
    ) -> None:
        """Take who is heard; nothing is listened to yet.

        Args:
            name: of the stream; empty for all whose type is ``Markers``.
            take: gets each marker's moment, as ``time.monotonic_ns()`` counts, and its text, on the
                thread that listens.
            on_failed: hears there why nothing is heard any more.
            is_for_network: whether senders on other computers are heard.
        """
        self._name = name
        self._take = take
        self._on_failed = on_failed
        self._is_for_network = is_for_network
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="LSL markers", daemon=True)
        self._heard: tuple[str, ...] = ()
        self._recent: tuple[int, int] = (0, 0)  # second, and markers in it

    @property
    def heard(self) -> tuple[str, ...]:
        """The names of the streams that are heard now."""
        return self._heard

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def end(self) -> None:
        """Have it end, without waiting for it."""
        self._ending.set()

    def shutdown(self, limit_s: float = _END_LIMIT_S) -> None:
        """Listen no more; waits for it, but no longer than so many seconds."""
        self.end()
        if self._thread.ident is not None:
            self._thread.join(limit_s)
            if self._thread.is_alive():
                log.warning("listening to LSL markers does not end")

    def _run(self) -> None:
        try:
            lsl = lsl_library(is_for_network=self._is_for_network)
            self._listen(lsl, LslClock(lsl), lsl.ContinuousResolver(forget_after=_FORGET_S))
        except FerError as error:
            self._on_failed(error)
        except Exception as error:  # thread boundary
            log.exception("listening to LSL markers failed")
            self._on_failed(
                StreamError(
                    f"Listening to LSL markers has failed: {error!r}.",
                    hint="See the log file for details.",
                )
            )
        finally:
            self._heard = ()

    def _listen(self, lsl: Any, clock: LslClock, resolver: Any) -> None:
        senders: dict[str, _Sender] = {}
        looked_s = -math.inf
        while not self._ending.wait(_POLL_S):
            if time.monotonic() - looked_s > _LOOK_S:
                looked_s = time.monotonic()
                clock.measure()
                self._look(lsl, resolver, senders)
            for uid, sender in tuple(senders.items()):
                try:
                    self._hear(lsl, sender, clock)
                except lsl.util.LostError:
                    log.info("the LSL stream %s has gone", sender.name)
                    del senders[uid]
            self._heard = tuple(sender.name for sender in senders.values())

    def _look(self, lsl: Any, resolver: Any, senders: dict[str, _Sender]) -> None:
        for info in resolver.results():
            uid = info.uid()
            if uid in senders or len(senders) >= _SENDERS_MAX or not self._is_wanted(info):
                continue
            # A new sender under an old name has another uid: it is found here, not recovered.
            inlet = lsl.StreamInlet(info, recover=False)
            try:
                inlet.open_stream(timeout=_OPEN_S)
            except (lsl.util.LostError, lsl.util.TimeoutError):
                continue  # it has just gone, and is forgotten soon
            log.info("hearing the LSL stream %s", info.name())
            senders[uid] = _Sender(one_line(info.name(), _TEXT_MAX), inlet)

    def _is_wanted(self, info: Any) -> bool:
        if info.source_id().startswith(OURS) or info.nominal_srate() != 0.0:
            return False
        if self._name:
            return bool(info.name() == self._name)
        return bool(info.type().casefold() == _TYPE)

    def _hear(self, lsl: Any, sender: _Sender, clock: LslClock) -> None:
        """Take what has come, once it is known how far the sender's clock is ahead of ours.

        Until then it waits in LSL's own buffer: the first estimate takes most of a second.

        Raises:
            LostError: if the sender has gone, and nothing of it is left.
        """
        is_lost = False
        try:
            sender.correction_s = sender.inlet.time_correction(timeout=_CORRECTION_S)
        except lsl.util.TimeoutError:
            pass
        except lsl.util.LostError:
            is_lost = True
        if is_lost and sender.correction_s is None and not self._is_for_network:
            sender.correction_s = 0.0  # it was on this computer, which has one clock
        if sender.correction_s is not None:
            samples, moments = sender.inlet.pull_chunk(timeout=0.0)
            for sample, moment_s in zip(samples, moments, strict=True):
                self._take_marker(sample, moment_s + sender.correction_s - clock.offset_s)
        if is_lost:
            raise lsl.util.LostError

    def _take_marker(self, sample: Any, ours_s: float) -> None:
        if math.isfinite(ours_s) and self._has_room():
            text = one_line(" ".join(str(value) for value in sample), _TEXT_MAX)
            self._take(round(ours_s * 1e9), text)

    def _has_room(self) -> bool:
        second, count = self._recent
        now = int(time.monotonic())
        count = count + 1 if now == second else 1
        self._recent = now, count
        if count == _RATE_MAX + 1:
            log.warning("more than %d LSL markers a second: some are left out", _RATE_MAX)
        return count <= _RATE_MAX
