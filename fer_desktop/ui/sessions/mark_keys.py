"""The keys 1 to 9, each of which marks what the user has named it for."""

from dataclasses import replace

from PySide6.QtGui import QIcon

from fer_desktop.errors import StorageError
from fer_desktop.recording.session_format import Mark
from fer_desktop.settings import MarkKey, Settings
from fer_desktop.ui.dialogs.color_box import color_icon
from fer_desktop.ui.dialogs.mark_keys_dialog import MarkKeysDialog
from fer_desktop.ui.look.wording import action_text, time_text
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.actions import DIGITS
from trainer.contract.text import one_line


class MarkKeys(Desk):
    """Marks moments and stretches by one key each.

    A stretch is recorded as a moment when it begins, so that it is there whatever comes; the
    second press makes a stretch of it.
    """

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts)
        actions, controller = parts.actions, parts.controller
        self._begun: dict[int, Mark] = {}
        for number, action in zip(DIGITS, actions.mark_keys, strict=True):
            action.triggered.connect(lambda _=False, number=number: self.press(number))
        actions.mark_keys_options.triggered.connect(self._choose)
        controller.request_changed.connect(self._begun.clear)
        controller.settings_changed.connect(self._show_keys)
        self._show_keys(controller.settings)

    def press(self, number: int) -> None:
        """Mark what a key is for, at the moment on screen."""
        key = _key(self._controller.settings, number)
        if not key.text:
            self._announcer.say_key_without_text(number)
            return
        try:
            begun = self._begun.pop(number, None)
            if key.is_stretch and begun in self._controller.marks.all():
                self._end(begun)
            else:
                self._begin(number, key)
        except StorageError as error:
            self._announcer.say_error("mark", error)

    def _begin(self, number: int, key: MarkKey) -> None:
        position_us = self._controller.playback.position_us
        when = time_text(position_us, tenths=True)
        mark = Mark(position_us, key.text, color=key.color)
        if not self._controller.marks.add(mark):
            self._announcer.say_marked(False, when)
        elif key.is_stretch:
            self._begun[number] = mark
            text = self.tr("{text} from {time}. Press {number} again to end it.")
            self._announcer.say_noted(
                text.format(text=one_line(key.text), time=when, number=number)
            )
        else:
            text = self.tr("Marked {text} at {time}.").format(text=one_line(key.text), time=when)
            self._announcer.say_noted(text)

    def _end(self, begun: Mark) -> None:
        times_us = sorted((begun.timestamp_us, self._controller.playback.position_us))
        if times_us[0] == times_us[1]:
            ended = begun
        else:
            ended = replace(begun, timestamp_us=times_us[0], end_us=times_us[1])
        marks = self._controller.marks.all()
        marks[marks.index(begun)] = ended
        self._controller.marks.replace(marks)
        text = self.tr("Marked {text} from {begin} to {end}.")
        begin, end = (time_text(time, tenths=True) for time in times_us)
        self._announcer.say_noted(text.format(text=one_line(begun.text), begin=begin, end=end))

    def _choose(self) -> None:
        settings = self._controller.settings
        keys = MarkKeysDialog.ask(self._window, settings.mark_keys)
        if keys is not None:
            self._controller.update_settings(replace(settings, mark_keys=keys))

    def _show_keys(self, settings: Settings) -> None:
        for number, action in zip(DIGITS, self._actions.mark_keys, strict=True):
            key = _key(settings, number)
            text = action_text(one_line(key.text)[:60]) or self.tr("(no text yet)")
            action.setText(f"{text}\t{number}")
            action.setIcon(color_icon(key.color) if key.color else QIcon())


def _key(settings: Settings, number: int) -> MarkKey:
    return settings.mark_keys[number - 1] if number <= len(settings.mark_keys) else MarkKey()
