"""What the user says of faces: their names, who is the same, who is another one, who is hidden."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from fer_desktop.domain.people import People
from fer_desktop.errors import FerError
from fer_desktop.ui.dialogs.name_dialog import NameDialog
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.look.wording import action_text, called_text, time_text
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.sessions.people_dialog import PeopleDialog
from fer_desktop.ui.viewer.player import Player
from trainer.contract.text import counted


class PeopleDesk(Desk):
    """Changes who is who: from the menus of faces and timeline, and from a list.

    Attributes:
        dialog: the list, once it was opened.
    """

    def __init__(self, parts: WindowParts, player: Player) -> None:
        super().__init__(parts)
        self._player = player
        self.dialog: PeopleDialog | None = None
        parts.actions.people.triggered.connect(self.show)
        player.cards.menu_requested.connect(self._open_menu_of_face)
        player.view.menu_requested.connect(self._open_menu_of_face)
        player.chart.menu_requested.connect(self._open_menu)

    @property
    def _people(self) -> People:
        return self._controller.people.present

    def show(self) -> None:
        """Show the list of all faces."""
        if self.dialog is None:
            self.dialog = PeopleDialog(self, self._controller, self._player, self._window)
        self.dialog.refresh()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def menu_of(self, number: int, time_us: int) -> QMenu:
        """Return what can be done with a person at a moment."""
        people, called = self._people, self.called(number)
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        _add(menu, self.tr("Name {face}…").format(face=called), lambda: self.name(number))
        merging = menu.addMenu(self.tr("Merge with"))
        for other in self.others(number):
            _add(merging, self.called(other), partial(self.merge, number, other))
        merging.setEnabled(not merging.isEmpty())
        split = _add(
            menu,
            self.tr("Another person from {time} on").format(time=time_text(time_us, tenths=True)),
            lambda: self.split(number, time_us),
        )
        split.setEnabled(self.can_split(number, time_us))
        apart = _add(menu, self.tr("Undo merging"), lambda: self.separate(number))
        apart.setEnabled(len(people.parts_of(number)) > 1)
        _add(menu, self.tr("Hide {face}").format(face=called), lambda: self.hide(number))
        menu.addSeparator()
        _add(menu, self._actions.why.text(), lambda: self._explain(number))
        menu.addSeparator()
        undo = _add(menu, self.tr("Undo the last change"), self.undo)
        undo.setEnabled(self._controller.people.can_undo)
        menu.addAction(self._actions.people)
        return menu

    def _explain(self, number: int) -> None:
        self._player.keep_person(number)
        self._actions.why.trigger()

    def called(self, number: int) -> str:
        """Return what a person is called."""
        return called_text(self._people.label(number))

    def others(self, number: int) -> list[int]:
        """Return the other persons that are not hidden."""
        people = self._people
        persons = people.among(self._player.chart.timeline.faces)
        return [one for one in persons if one != number and not people.person(one).is_hidden]

    def name(self, number: int) -> None:
        """Ask what a person is called."""
        people = self._people
        former = people.person(number).name
        named = NameDialog.ask(
            self.dialog_or_window(),
            self.tr("Name of {face}").format(face=self.called(number)),
            self.tr("A name or a code, such as P01. It is kept in this session alone."),
            former or _next_code(people),
            lambda name: people.named(number, name),
        )
        if named is not None and named != former:
            self._change(lambda now: now.named(number, named))

    def merge(self, number: int, other: int) -> None:
        """Let two persons be one; ask first if both are in view at the same time."""
        both = self._player.chart.timeline.together(self._people, number, other)
        if both and not Confirm.ask(
            self.dialog_or_window(),
            self.tr("Merge faces?"),
            self.tr(
                "{one} and {other} are in view together, in {frames}, so they may be two"
                " people. Merge them?"
            ).format(
                one=self.called(number), other=self.called(other), frames=counted(both, "frame")
            ),
            self.tr("Merge"),
        ):
            return
        self._change(lambda people: people.merged(number, other))

    def can_split(self, number: int, time_us: int) -> bool:
        """Tell whether a person is there both before a moment and from it on."""
        try:
            self._people.split(number, time_us, self._player.chart.timeline.spans())
        except FerError:
            return False
        return True

    def split(self, number: int, time_us: int) -> None:
        """Let a person be another one from a moment on."""
        spans = self._player.chart.timeline.spans()
        self._change(lambda people: people.split(number, time_us, spans))

    def separate(self, number: int) -> None:
        """Let the tracks of a person be persons of their own again."""
        self._change(lambda people: people.separated(number))

    def hide(self, number: int, is_hidden: bool = True) -> None:
        """Leave a person out of what is shown and exported, or no longer."""
        called = self.called(number)
        if self._change(lambda people: people.hidden(number, is_hidden)) and is_hidden:
            self._announcer.say_face_hidden(called, lambda: self.hide(number, False))

    def undo(self) -> None:
        """Take the last change back."""
        try:
            self._controller.people.undo()
        except FerError as error:
            self._announcer.say_error("people", error)

    def dialog_or_window(self) -> QWidget:
        """Return the window that asks."""
        is_open = self.dialog is not None and self.dialog.isActiveWindow()
        return self.dialog if is_open and self.dialog is not None else self._window

    def _change(self, change: Callable[[People], People]) -> bool:
        try:
            is_kept = self._controller.people.change(change(self._people))
        except FerError as error:
            self._announcer.say_error("people", error)
            return False
        if not is_kept:
            self._announcer.say_nothing_analysed()
        return is_kept

    def _open_menu_of_face(self, face_id: int, at: QPoint) -> None:
        time_us = self._controller.playback.position_us
        self._open_menu(self._people.number_of(face_id, time_us), time_us, at)

    def _open_menu(self, number: int, time_us: int, at: QPoint) -> None:
        self.menu_of(number, time_us).popup(at)


def _add(menu: QMenu, text: str, run: Callable[[], object]) -> QAction:
    action = menu.addAction(action_text(text))
    action.triggered.connect(lambda: run())
    return action


def _next_code(people: People) -> str:
    """Return the first of P01, P02 and so on that nobody is called."""
    taken = {person.name.casefold() for person in people.persons}
    number = 1
    while f"p{number:02}" in taken:
        number += 1
    return f"P{number:02}"
