"""Marks that are set in one window appear in the others, at the same moment."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject

from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.recording.session_format import Mark
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.other_windows import OtherWindows, SharedMark
from fer_desktop.ui.runtime.source_clock import SourceClock

log = get_logger("ui")

_ALIKE_US: Final = 100  # two windows round one moment


class SharedMarks(QObject):
    """Shares the marks of live sources; those of a file mean nothing elsewhere.

    What is edited or deleted later is so in its own session alone, but a stretch that has been
    begun with a key ends everywhere.
    """

    def __init__(self, controller: Controller, windows: OtherWindows, parent: QObject) -> None:
        super().__init__(parent)
        self._marks = controller.marks
        self._windows = windows
        self._clock = SourceClock(controller, self)
        self._known: list[Mark] = []
        self._is_taking = False
        self._marks.added.connect(self._on_added)
        self._marks.changed.connect(self._on_changed)
        windows.heard.connect(self._take)

    def status(self) -> str:
        """Return with how many windows marks are shared; empty for none."""
        count = self._windows.count
        if not count:
            return ""
        if count == 1:
            return self.tr("Shares marks with 1 other window")
        return self.tr("Shares marks with {count} other windows").format(count=count)

    def shutdown(self) -> None:
        """Share no more."""
        self._windows.shutdown()

    def _on_added(self, mark: Mark) -> None:
        self._known = self._marks.all()
        if not self._is_taking:
            self._share(mark)

    def _on_changed(self) -> None:
        known, self._known = self._known, self._marks.all()
        if self._is_taking:
            return
        for mark in self._known:
            begun = replace(mark, end_us=None)
            if mark.end_us is not None and begun in known and begun not in self._known:
                self._share(mark)

    def _share(self, mark: Mark) -> None:
        moment_ns = self._clock.moment_ns(mark.timestamp_us)
        if moment_ns is not None and self._windows.count:
            end_ns = None if mark.end_us is None else self._clock.moment_ns(mark.end_us)
            self._windows.share(SharedMark(moment_ns, mark.text, end_ns, mark.color))

    def _take(self, shared: SharedMark) -> None:
        begin_us = self._clock.live_us(shared.moment_ns)
        if begin_us is None:
            return
        end_us = None if shared.end_ns is None else self._clock.live_us(shared.end_ns)
        mark = Mark(begin_us, shared.text, end_us, shared.color)
        self._is_taking = True
        try:
            marks = self._marks.all()
            begun = next((at for at, other in enumerate(marks) if _begins(other, mark)), None)
            if begun is not None:
                marks[begun] = mark
                self._marks.replace(marks)
            elif not self._marks.add(mark):
                log.info("another window's mark came while nothing was recorded")
        except FerError as error:
            log.warning("another window's mark was not recorded: %s", error)
        finally:
            self._is_taking = False


def _begins(moment: Mark, stretch: Mark) -> bool:
    """Tell whether a moment is the beginning of a stretch, as another window has marked it."""
    return (
        moment.end_us is None
        and stretch.end_us is not None
        and (moment.text, moment.color) == (stretch.text, stretch.color)
        and abs(moment.timestamp_us - stretch.timestamp_us) <= _ALIKE_US
    )
