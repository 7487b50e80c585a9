"""A session of two hours in the real window: opening it again, and every way of looking at it.

216,000 frames of three faces that stay and 60 that pass by, with measures, marks, corrections and
people. A stall is how much later than due a timer of the window fires; beside it stands what the
window's own thread computed in one go, which tells its work from a machine that is busy otherwise.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fer_desktop import paths
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.models.catalogue import resolve_model
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.real_window import run_watched
from tests.helpers.long_sessions import FPS, Size, write_session, write_video
from trainer.contract.preset import read_preset

PART: Final = "sessions"
SECONDS: Final = 7200
SIZE_PX: Final = (320, 240)
OPENED_AGAIN: Final = 3
TICK_MS: Final = 5
PATIENCE_S: Final = 60.0
NOTCH: Final = 120


def run(work: Path) -> list[Figure]:
    """Look at a session with the pictures of its film."""
    path = _write(work)
    visits: list[Visit] = []

    def watch(window: Any) -> "Visit":
        visits.append(Visit(window, path))
        return visits[-1]

    run_watched(watch)
    (visit,) = visits
    if visit.failure:
        raise RuntimeError(visit.failure)
    took = visit.took_s
    rows = [figure(PART, "opening it again: curves and picture painted", took["open"], "s", mark=2)]
    rows += [figure(PART, "until the summary is there", took["summary"], "s")]
    for name, found in visit.stalls_ms.items():
        rows.append(figure(PART, f"longest stall: {name}", [max(found)], mark=50))
        rows.append(
            figure(PART, "  of the window's own work in one go", [max(visit.work_ms[name])])
        )
    return rows


def _write(work: Path) -> Path:
    pictures = [one[::2, ::2].copy() for one in clips.demo_pictures(300)]
    film = write_video(work / "film.mp4", pictures, SECONDS)
    source = SourceInfo(
        kind="video", name=film.name, uri=str(film), width_px=SIZE_PX[0], height_px=SIZE_PX[1],
        fps=float(FPS), frame_count=SECONDS * FPS, duration_us=SECONDS * 1_000_000,
    )  # fmt: skip
    folder = paths.sessions_dir()
    folder.mkdir(parents=True, exist_ok=True)
    preset = read_preset(resolve_model(""))
    return write_session(folder / "two_hours.fersession", source, preset, Size(SECONDS))


class Visit:
    """Somebody who opens a session and looks at all of it, and notes what takes long.

    Attributes:
        took_s: how long one waits, by what for.
        stalls_ms: how late the timer fired, by what was done meanwhile.
        work_ms: how long the processor worked for the window between two firings.
        failure: what did not come about; empty where all did.
    """

    def __init__(self, window: Any, path: Path) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.took_s: dict[str, list[float]] = {"open": [], "summary": []}
        self.stalls_ms: dict[str, list[float]] = {}
        self.work_ms: dict[str, list[float]] = {}
        self.failure = ""
        self._window = window
        self._controller = window._controller
        self._path = path
        self._doing = ""
        self._painted = 0
        self._former: object = None
        self._has_picture = False  # of the session that was opened last
        window.player.view.frame_painted.connect(self._on_painted)
        self._controller.session_shown.connect(self._on_session)
        self._steps = self._visit()
        self._until: Callable[[], object] = lambda: True
        self._deadline = float("inf")
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer = QTimer(window)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    @property
    def _chart(self) -> Any:
        return self._window.player.chart

    @property
    def _plot(self) -> Any:
        return self._chart.canvas.plot

    def _on_painted(self, _frame: object) -> None:
        self._painted += 1
        self._has_picture = True

    def _on_session(self, _loaded: object) -> None:
        self._has_picture = False

    def _on_tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        if self._doing:
            self.stalls_ms.setdefault(self._doing, []).append((now - self._last) * 1e3 - TICK_MS)
            self.work_ms.setdefault(self._doing, []).append((worked - self._worked) * 1e3)
        try:
            if self._until():
                self._until, self._deadline = next(self._steps), now + PATIENCE_S
            elif now > self._deadline:
                self.failure = f"waited too long for: {self._doing or 'the window'}"
                raise StopIteration
        except StopIteration:
            self._timer.stop()
            self._window.close_unasked()
        self._last, self._worked = now, worked

    @contextmanager
    def _stalls_of(self, name: str) -> Iterator[None]:
        self._doing = name
        yield
        self._doing = ""

    def _visit(self) -> Iterator[Callable[[], object]]:
        """Do one thing after the other; yield what is to be waited for before the next."""
        window = self._window
        window.resize(1280, 800)
        yield lambda: self._controller.model.preset is not None and self._plot is not None
        yield _after(3.0)
        yield from self._open()
        with self._stalls_of("whole session"):
            self._chart.whole_button.click()
            yield self._settled()
        with self._stalls_of("zooming"):
            for notches in [1] * 25 + [-1] * 25:
                self._turn_wheel(notches, is_horizontal=False)
                yield _after(0.02)
        for width_us, name in ((60e6, "scrolling a minute"), (3600e6, "scrolling an hour")):
            self._zoom_to(width_us)
            yield self._settled()
            with self._stalls_of(name):
                for notches in [1] * 30 + [-1] * 30:
                    self._turn_wheel(notches, is_horizontal=True)
                    yield _after(0.02)
        with self._stalls_of("hovering"):
            for share in range(5, 95, 3):
                self._hover(share / 100)
                yield _after(0.04)
        with self._stalls_of("seeking"):
            for minute in (5, 110, 60, 1, 90, 30):
                painted = self._painted
                self._chart.seek_requested.emit(minute * 60_000_000)
                yield lambda painted=painted: self._painted > painted
                yield _after(0.1)
        with self._stalls_of("playing"):
            window.acts.play.trigger()
            yield _after(3.0)
            window.acts.play.trigger()
            yield _after(0.2)
        with self._stalls_of("choosing faces"):
            for row in range(self._chart.faces.count()):
                self._chart.faces.setCurrentIndex(row)
                self._chart.faces.activated.emit(row)
                yield _after(0.15)
        with self._stalls_of("a face is named"):
            people = self._controller.people
            people.change(people.present.named(1, "Person 1"))
            yield self._settled()
        with self._stalls_of("a mark is set"):
            window.acts.mark.trigger()
            yield self._settled()
        with self._stalls_of("the summary is made"):
            began = time.perf_counter()
            window.acts.summary.trigger()
            yield lambda: window.summary.view.table.rowCount() > 0
            self.took_s["summary"].append(time.perf_counter() - began)
            yield _after(0.5)

    def _open(self) -> Iterator[Callable[[], object]]:
        from fer_desktop.ui.runtime.source_request import SourceRequest

        for _ in range(OPENED_AGAIN):
            self._former = self._controller.past
            began = time.perf_counter()
            with self._stalls_of("opening it again"):
                self._controller.open(SourceRequest("session", str(self._path)))
                yield lambda: self._has_curves() and self._has_picture
                self.took_s["open"].append(time.perf_counter() - began)
                yield _after(1.0)

    def _has_curves(self) -> bool:
        past = self._controller.past
        return (
            past is not None
            and past is not self._former
            and self._chart.timeline is past.timeline
            and not self._chart.is_repaint_due
        )

    def _settled(self) -> Callable[[], object]:
        later = _after(0.3)
        return lambda: later() and not self._chart.is_repaint_due

    def _zoom_to(self, width_us: float) -> None:
        stretch = self._chart._stretch
        middle_us = (stretch.start_us + stretch.end_us) // 2
        stretch.zoom(width_us / stretch.width_us, middle_us)
        self._plot.refresh()

    def _turn_wheel(self, notches: int, *, is_horizontal: bool) -> None:
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtWidgets import QApplication

        viewport = self._plot.viewport()
        at = QPointF(self._plot.area.center())
        angle = QPoint(notches * NOTCH, 0) if is_horizontal else QPoint(0, -notches * NOTCH)
        event = QWheelEvent(
            at, viewport.mapToGlobal(at), QPoint(), angle, Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)

    def _hover(self, share: float) -> None:
        from PySide6.QtTest import QTest

        area = self._plot.area
        at = area.topLeft() + (area.bottomRight() - area.topLeft()) * share
        QTest.mouseMove(self._plot.viewport(), at.toPoint())


def _after(seconds: float) -> Callable[[], object]:
    """Return what tells whether some time has passed from now on."""
    until = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= until
