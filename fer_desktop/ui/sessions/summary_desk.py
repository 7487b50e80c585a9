"""Keeps the summary true to the session that is shown: read and reckoned off the GUI thread."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QTimer

from fer_desktop.errors import FerError
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.report.reported import Reported
from fer_desktop.recording.session_observer import SessionObserver
from fer_desktop.settings import Settings
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.sessions.summary_view import SummaryView

_EVERY_MS: Final = 2_000
# Of the time, at most so much is spent on a summary that nobody may look at for long.
_SHARE: Final = 0.1


class SummaryDesk(Desk):
    """Refreshes the summary while it is on screen, and never more often than it is quick to make.

    Attributes:
        view: the table.
    """

    def __init__(self, parts: WindowParts, report: Callable[[], object]) -> None:
        """Take what saves a report of the session that is shown."""
        super().__init__(parts)
        self.view = SummaryView(parts.window)
        self._observer: tuple[Path, SessionObserver] | None = None
        self._latest: tuple[Path, Reported] | None = None
        self._is_working = False
        self._is_stale = True
        self._took_s = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_time)
        self._timer.start(_EVERY_MS)
        self.view.shown.connect(self.refresh)
        self.view.report_wanted.connect(report)
        self.view.usable_only_chosen.connect(self._choose_usable_only)
        self._controller.settings_changed.connect(self._on_settings)
        self._on_settings(self._controller.settings)
        for signal in (
            self._controller.marks.added,
            self._controller.marks.changed,
            self._controller.people.changed,
            self._controller.session_shown,
            self._controller.request_changed,
        ):
            signal.connect(self.refresh)

    def refresh(self) -> None:
        """Make a new summary, now if the view is on screen, else when it comes there."""
        self._is_stale = True
        self._work()

    def _choose_usable_only(self, is_wanted: bool) -> None:
        settings = self._controller.settings
        self._controller.update_settings(replace(settings, usable_only=is_wanted))

    def _on_settings(self, settings: Settings) -> None:
        self.view.usable_only.setChecked(settings.usable_only)
        self.refresh()

    def _on_time(self) -> None:
        """Go on with what may have grown since."""
        if self._controller.past is None:
            self.refresh()

    def _work(self) -> None:
        if self._is_working or not self._is_stale or not self.view.isVisible():
            return
        self._is_stale = False
        path = self._controller.session_log.path
        if path is None:
            self._observer = None
            self.view.say(self.tr("Nothing has been analysed yet."))
            return
        if self._observer is None or self._observer[0] != path:
            self._observer = path, SessionObserver(path)
        observer = self._observer[1]
        self._is_working = True
        began = time.monotonic()

        def done(reported: Reported) -> None:
            self._took_s = time.monotonic() - began
            self._latest = path, reported
            if path == self._controller.session_log.path:
                self.view.show_summary(reported)
            self._ended()

        def failed(error: FerError) -> None:
            self._observer = None  # it may have read half of something
            if path == self._controller.session_log.path:
                self.view.say(str(error))
            self._ended()

        usable_only = self._controller.settings.usable_only
        former = self._latest if self._latest is not None and self._latest[0] == path else None

        def work() -> Reported:
            seen = observer.look()
            if former is not None and _is_same(former[1], seen, usable_only):
                return former[1]
            return Reported.of(seen, usable_only=usable_only)

        self._background.run("summing up", work, done, failed)

    def _ended(self) -> None:
        self._is_working = False
        self._timer.start(max(_EVERY_MS, round(1000 * self._took_s / _SHARE)))
        self._work()


def _is_same(former: Reported, now: Observed, usable_only: bool) -> bool:
    """Tell whether nothing has come since that changes a number."""
    was = former.session
    return (
        former.usable_only == usable_only
        and len(was.seen.times_us) == len(now.seen.times_us)
        and was.marks == now.marks
        and was.seen.names == now.seen.names
        and np.array_equal(was.seen.people, now.seen.people)
    )
