"""The faces of what is shown: listed, and who is who among them."""

from typing import Final, Protocol

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from fer_desktop.domain.people import BEGINNING_US, TrackPart
from fer_desktop.ui.look.wording import called_text, name_text, time_text
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.sessions.list_dialog import ListDialog
from fer_desktop.ui.viewer.player import Player
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable

_SIZE: Final = QSize(720, 420)
_REFRESH_MS: Final = 1_000  # a camera brings new faces, and times go on


class ChangesPeople(Protocol):
    """What the buttons do."""

    def name(self, number: int) -> None: ...
    def merge(self, number: int, other: int) -> None: ...
    def can_split(self, number: int, time_us: int) -> bool: ...
    def split(self, number: int, time_us: int) -> None: ...
    def separate(self, number: int) -> None: ...
    def hide(self, number: int, is_hidden: bool = True) -> None: ...
    def undo(self) -> None: ...


class PeopleDialog(ListDialog):
    """Stays beside the window and follows what is shown there."""

    def __init__(
        self,
        desk: ChangesPeople,
        controller: Controller,
        player: Player,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.tr("Faces"), _SIZE, parent)
        self._desk = desk
        self._controller = controller
        self._player = player
        self._numbers: list[int] = []
        headings = [
            self.tr("Face"),
            self.tr("Tracks"),
            self.tr("From"),
            self.tr("To"),
            self.tr("Shown"),
        ]
        self.table = RowTable(headings, self.tr("Faces"), widest=0, several=True, parent=self)
        self.table.setToolTip(self.tr("Double-click shows a face where it first appears"))
        self.table.itemSelectionChanged.connect(self._refresh_buttons)
        self.table.cellDoubleClicked.connect(self._jump)
        self.name_button = plain_button(self.tr("Name…"), self._name, self)
        self.merge_button = plain_button(self.tr("Merge"), self._merge, self)
        self.merge_button.setToolTip(self.tr("The selected faces are one person"))
        self.split_button = plain_button(self.tr("Split here"), self._split, self)
        self.separate_button = plain_button(self.tr("Undo merging"), self._separate, self)
        self.separate_button.setToolTip(self.tr("Each track is a face of its own again"))
        self.hide_button = plain_button(self.tr("Hide"), self._hide, self)
        self.hide_button.setToolTip(self.tr("Hidden faces are not shown and not exported"))
        self.undo_button = plain_button(self.tr("Undo"), desk.undo, self)
        self.undo_button.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
        buttons = (
            self.name_button,
            self.merge_button,
            self.split_button,
            self.separate_button,
            self.hide_button,
            self.undo_button,
        )
        self.lay_out(self.table, buttons)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh_if_visible)
        self._timer.start()
        controller.people.changed.connect(self.refresh)
        controller.request_changed.connect(self.refresh)
        controller.session_shown.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List the faces of what is shown now; those that are selected stay so."""
        people, timeline = self._controller.people.present, self._player.chart.timeline
        chosen = set(self._selected())
        spans = timeline.spans()
        tracks = {*spans, *(part.face_id for part, _ in people.parts)}
        numbers = list(people.among(tracks))
        self.table.blockSignals(True)
        if numbers != self._numbers:
            self._numbers = numbers
            self.table.clearSelection()
            self.table.setRowCount(len(numbers))
        for row, number in enumerate(numbers):
            parts = people.parts_of(number)
            times = [_seen(part, until_us, spans) for part, until_us in parts]
            known = [span for span in times if span is not None]
            shown = self.tr("hidden") if people.person(number).is_hidden else self.tr("yes")
            texts = (
                called_text(people.label(number)),
                name_text(", ".join(self._part_text(part, until_us) for part, until_us in parts)),
                time_text(min(known)[0], tenths=True) if known else "",
                time_text(max(last for _, last in known), tenths=True) if known else "",
                shown,
            )
            for column, text in enumerate(texts):
                self.table.put(row, column, text)
        self._select(chosen)
        self.table.blockSignals(False)
        self.note.say("" if numbers else self.tr("No face has been seen yet."))
        self._refresh_buttons()

    def _part_text(self, part: TrackPart, until_us: int | None) -> str:
        """Return a track's number, and which part of it is meant if not all of it."""
        begins = part.from_us != BEGINNING_US
        begin, end = (time_text(time or 0, tenths=True) for time in (part.from_us, until_us))
        if begins and until_us is not None:
            return self.tr("{track} ({begin} to {end})").format(
                track=part.face_id, begin=begin, end=end
            )
        if begins:
            return self.tr("{track} (from {begin})").format(track=part.face_id, begin=begin)
        if until_us is not None:
            return self.tr("{track} (before {end})").format(track=part.face_id, end=end)
        return str(part.face_id)

    def _selected(self) -> list[int]:
        rows = self.table.selected_rows()
        return [self._numbers[row] for row in rows if row < len(self._numbers)]

    def _select(self, numbers: set[int]) -> None:
        for row, number in enumerate(self._numbers):
            is_selected = number in numbers
            for column in range(self.table.columnCount()):
                item = self.table.item(row, column)
                if item is not None and item.isSelected() != is_selected:
                    item.setSelected(is_selected)

    def _refresh_if_visible(self) -> None:
        if self.isVisible():
            self.refresh()

    def _refresh_buttons(self) -> None:
        people, chosen = self._controller.people.present, self._selected()
        one = chosen[0] if len(chosen) == 1 else None
        position_us = self._controller.playback.position_us
        self.name_button.setEnabled(one is not None)
        self.merge_button.setEnabled(len(chosen) > 1)
        self.split_button.setEnabled(one is not None and self._desk.can_split(one, position_us))
        moment = time_text(position_us, tenths=True)
        self.split_button.setToolTip(
            self.tr("From the playhead, {time}, on it is another person").format(time=moment)
        )
        self.separate_button.setEnabled(one is not None and len(people.parts_of(one)) > 1)
        self.hide_button.setEnabled(bool(chosen))
        self.hide_button.setText(self.tr("Show") if self._are_hidden(chosen) else self.tr("Hide"))
        self.undo_button.setEnabled(self._controller.people.can_undo)

    def _are_hidden(self, numbers: list[int]) -> bool:
        people = self._controller.people.present
        return bool(numbers) and all(people.person(number).is_hidden for number in numbers)

    def _jump(self, row: int) -> None:
        number = self._numbers[row]
        spans = self._player.chart.timeline.spans()
        parts = self._controller.people.present.parts_of(number)
        times = [_seen(part, until_us, spans) for part, until_us in parts]
        known = [span for span in times if span is not None]
        if known:
            self._controller.playback.seek(min(known)[0])
        self._player.keep_person(number)

    def _name(self) -> None:
        for number in self._selected()[:1]:
            self._desk.name(number)

    def _merge(self) -> None:
        """Merge all that are selected into the first one of them that has a name."""
        people, chosen = self._controller.people.present, self._selected()
        into = next((one for one in chosen if people.person(one).name), chosen[0])
        for number in chosen:
            if number != into:
                self._desk.merge(number, into)
                now = self._controller.people.present
                if not now.parts_of(into):  # what came of both has the other's number
                    into = number

    def _split(self) -> None:
        for number in self._selected()[:1]:
            self._desk.split(number, self._controller.playback.position_us)

    def _separate(self) -> None:
        for number in self._selected()[:1]:
            self._desk.separate(number)

    def _hide(self) -> None:
        chosen = self._selected()
        is_hidden = not self._are_hidden(chosen)
        for number in chosen:
            self._desk.hide(number, is_hidden)


def _seen(
    part: TrackPart, until_us: int | None, spans: dict[int, tuple[int, int]]
) -> tuple[int, int] | None:
    """Return from when to when a part of a track was there; None where that is not known."""
    if part.face_id not in spans:
        return None
    first_us, last_us = spans[part.face_id]
    last_us = last_us if until_us is None else min(last_us, until_us)
    return max(first_us, part.from_us), last_us
