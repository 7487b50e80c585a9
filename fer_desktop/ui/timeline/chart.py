"""The timeline: probabilities of the selected face over source time."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.people import People
from fer_desktop.domain.timeline import Timeline
from fer_desktop.recording.session_format import Mark
from fer_desktop.ui.look.tokens import DARK, LIGHT, current_tokens
from fer_desktop.ui.look.wording import called_text
from fer_desktop.ui.timeline.canvas import TimelineCanvas
from fer_desktop.ui.timeline.content import TimelineContent
from fer_desktop.ui.timeline.legend import TimelineLegend
from fer_desktop.ui.timeline.visible_stretch import VisibleStretch
from fer_desktop.ui.widgets.elided_box import ElidedBox

_REPAINT_MS: Final = 80
_DEFAULT_SPAN_S: Final = 60
_SECOND_US: Final = 1_000_000


class TimelineChart(QWidget):
    """Collects analyses and shows one face's curves, at most a dozen times a second.

    Signals:
        seek_requested: the time that was clicked, microseconds; an object because ``int`` signals
            hold 32 bits.
        face_chosen: the number of a person whom the user wants to see, in view or not.
        menu_requested: a person's number, a time in microseconds, and where the menu is to appear.
    """

    seek_requested = Signal(object)
    face_chosen = Signal(int)
    menu_requested = Signal(int, object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._stretch = VisibleStretch(_DEFAULT_SPAN_S * _SECOND_US)
        self._content = TimelineContent(Timeline(), self._stretch, current_tokens())
        self._selected: int | None = None
        self._now_us = 0
        self._title = QLabel()
        self._faces = ElidedBox()
        self._faces.setAccessibleName(self.tr("Face in the timeline"))
        self._faces.setToolTip(self.tr("Every face seen so far, also those that have left"))
        self._faces.hide()
        self._faces.activated.connect(lambda row: self.face_chosen.emit(self._faces.itemData(row)))
        self._legend = TimelineLegend()
        self._whole = self._button(self.tr("Whole session"), self.tr("Show the whole session"))
        self._follow = self._button(self.tr("Follow"), self.tr("Keep the latest moment in view"))
        self._follow.setCheckable(True)
        self._follow.setChecked(True)
        self._canvas = TimelineCanvas(self._content)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REPAINT_MS)
        self._lay_out()
        self._timer.timeout.connect(self._refresh)
        self._legend.toggled.connect(self._on_label_toggled)
        self._whole.clicked.connect(self._on_whole_clicked)
        self._follow.clicked.connect(self._on_follow_clicked)
        self._canvas.moved.connect(self._on_moved)
        self._canvas.seek_requested.connect(self.seek_requested)
        self._canvas.menu_requested.connect(self._on_menu)
        self._canvas.loaded.connect(self._order_focus)
        self._refresh()

    @property
    def canvas(self) -> TimelineCanvas:
        """The part with the curves."""
        return self._canvas

    @property
    def legend(self) -> TimelineLegend:
        """The labels that switch curves on and off."""
        return self._legend

    @property
    def follow_button(self) -> QToolButton:
        """Checked while the latest moment stays in view."""
        return self._follow

    @property
    def whole_button(self) -> QToolButton:
        """Shows the whole session."""
        return self._whole

    @property
    def faces(self) -> QComboBox:
        """Offers every face seen so far, where there are several."""
        return self._faces

    @property
    def title(self) -> str:
        """Whose curves are shown."""
        return self._title.text()

    @property
    def is_repaint_due(self) -> bool:
        """Whether something changed that is not on the screen yet."""
        return self._timer.isActive()

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Take the labels of the model in use; curves of a former model's labels stay."""
        self._labels = labels
        if self._content.timeline.extent_us is None:
            self._begin()
        else:
            self._content.timeline.add_labels(labels)
            self._show_labels(self._content.timeline.labels)
            self._schedule()

    def append(self, analysis: FrameAnalysis, *, is_now: bool = True) -> None:
        """Take a frame in.

        Args:
            analysis: what was found in it.
            is_now: whether it is the present, and not analysed ahead of what is shown.
        """
        known = self._content.timeline.labels
        self._content.timeline.append(analysis)
        if self._content.timeline.labels is not known:
            self._show_labels(self._content.timeline.labels)
        if is_now:
            self._now_us = analysis.timestamp_us
        self._schedule()

    @property
    def timeline(self) -> Timeline:
        """What is known of every face track."""
        return self._content.timeline

    def select_person(self, number: int | None) -> None:
        """Show this person, or none."""
        self._selected = number
        self._schedule()

    def set_people(self, people: People) -> None:
        """Take who is who."""
        self._content.people = people
        self._schedule()

    def clear(self) -> None:
        """Forget everything: a new source begins."""
        self._selected = None
        self._now_us = 0
        self._content.marks.clear()
        self._content.corrections.clear()
        self._content.playhead_us = None
        self._stretch.reset()
        self._begin()

    def forget(self) -> None:
        """Forget the samples: the same source is analysed anew."""
        if self._content.timeline.extent_us is not None:
            self._begin()

    def load(self, timeline: Timeline, marks: Sequence[Mark]) -> None:
        """Show a whole session that was recorded, with its marks."""
        self._content.timeline = timeline
        self._content.set_marks(marks)
        self._show_labels(timeline.labels)
        self._refresh()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these marks in place of those that are there."""
        self._content.set_marks(marks)
        self._schedule()

    def set_corrections(self, corrections: Sequence[Correction]) -> None:
        """Draw these corrections in place of those that are there."""
        self._content.corrections[:] = corrections
        self._schedule()

    def add_mark(self, mark: Mark) -> None:
        """Draw one more mark."""
        self._content.set_marks([*self._content.marks, mark])
        self._schedule()

    def set_position(self, timestamp_us: int) -> None:
        """Show where a video stands."""
        self._content.playhead_us = self._now_us = timestamp_us
        self._schedule()

    def set_seekable(self, is_seekable: bool) -> None:
        """Say whether a click asks for another position."""
        self._content.is_seekable = is_seekable

    def set_span(self, seconds: float) -> None:
        """Set how much is shown while following."""
        self._stretch.span_us = round(seconds * _SECOND_US)
        if self._stretch.is_following:
            self._stretch.follow(self._now_us)
        self._schedule()

    def apply_theme(self, dark: bool) -> None:
        """Take the colours of the light or the dark theme."""
        tokens = DARK if dark else LIGHT
        self._content.tokens = tokens
        self._legend.apply_tokens(tokens)
        self._canvas.apply_tokens()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        head = QHBoxLayout()
        head.setSpacing(8)
        self._title.setContentsMargins(2, 4, 0, 0)  # level with the legend's first line
        head.addWidget(self._title, 0, top)
        head.addWidget(self._faces, 0, top)
        head.addWidget(self._legend, 1)
        head.addWidget(self._whole, 0, top)
        head.addWidget(self._follow, 0, top)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._canvas, 1)

    def _begin(self) -> None:
        self._content.timeline = Timeline(self._labels)
        self._show_labels(self._labels)
        self._refresh()

    def _show_labels(self, labels: tuple[str, ...]) -> None:
        self._legend.set_labels(labels)
        self._order_focus()

    def _order_focus(self) -> None:
        """Let the tab key go from left to right, though some parts come later than others."""
        parts: list[QWidget] = [self._faces, *self._legend.entries, self._whole, self._follow]
        if self._canvas.plot is not None:
            parts.append(self._canvas.plot)
        for part, following in pairwise(parts):
            self.setTabOrder(part, following)

    def _schedule(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        first_us, last_us = self._content.timeline.extent_us or (self._now_us, self._now_us)
        self._stretch.advance(first_us, last_us, self._now_us)
        number = self._content.person = self._selected
        people = self._content.people
        named = self.tr("No face yet") if number is None else called_text(people.label(number))
        self._title.setText(named)
        self._show_faces(number)
        self._follow.setChecked(self._stretch.is_following)
        self._canvas.refresh()

    def _show_faces(self, number: int | None) -> None:
        """Offer every face where there are several; else its name is enough."""
        people = self._content.people
        persons = people.among(self._content.timeline.faces)
        offered = [
            (called_text(people.label(one)), one)
            for one in persons
            if not people.person(one).is_hidden
        ]
        rows = range(self._faces.count())
        if [(self._faces.itemText(row), self._faces.itemData(row)) for row in rows] != offered:
            self._faces.clear()
            for text, one in offered:
                self._faces.addItem(text, one)
        self._faces.setCurrentIndex(self._faces.findData(number))
        self._faces.setVisible(len(offered) > 1)
        self._title.setVisible(len(offered) < 2)

    def _on_menu(self, time_us: int, at: QPoint) -> None:
        if self._selected is not None:
            self.menu_requested.emit(self._selected, time_us, at)

    def _on_label_toggled(self, label: str, is_shown: bool) -> None:
        (self._content.hidden.discard if is_shown else self._content.hidden.add)(label)
        self._canvas.refresh()

    def _on_whole_clicked(self) -> None:
        self._stretch.show_all()
        self._refresh()

    def _on_follow_clicked(self, is_checked: bool) -> None:
        if is_checked:
            self._stretch.follow(self._now_us)
        else:
            self._stretch.is_following = False
        self._refresh()

    def _on_moved(self) -> None:
        self._follow.setChecked(self._stretch.is_following)
