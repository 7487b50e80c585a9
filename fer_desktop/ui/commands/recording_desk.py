"""Recording of what is shown: what, where to, and with which sound."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fer_desktop import paths
from fer_desktop.errors import FerError, SourceError, StorageError
from fer_desktop.recording.video_recorder import Recording
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.recording_tap import RecordingTap
from fer_desktop.ui.sessions.sound_dialog import SoundChoice, SoundDialog
from fer_desktop.ui.viewer.frame_view import FrameView


class RecordingDesk(Desk):
    """Starts and ends recordings, and asks about their sound.

    Attributes:
        dialog: the one about the sound, while it is open.
    """

    def __init__(
        self,
        parts: WindowParts,
        view: FrameView,
        recorder: RecordingTap,
        file_of_past: Callable[[], Path | None],
    ) -> None:
        """Take what is recorded.

        Args:
            parts: of the window.
            view: says what is drawn over the picture.
            recorder: records.
            file_of_past: returns the file of the past session that is shown.
        """
        super().__init__(parts)
        self._view = view
        self._recorder = recorder
        self._file_of_past = file_of_past
        self.dialog: SoundDialog | None = None
        actions, controller = parts.actions, parts.controller
        actions.record.triggered.connect(self._record)
        actions.record_kinds.triggered.connect(
            lambda action: controller.update_settings(
                replace(controller.settings, recording_kind=action.data())
            )
        )
        actions.record_sound.triggered.connect(self._choose_sound)
        recorder.started.connect(self._refresh)
        recorder.ended.connect(self._on_ended)
        recorder.sound_failed.connect(self._on_sound_failed)
        controller.settings_changed.connect(self._show_choices)
        # A recording shows one source: it ends with it.
        controller.request_changed.connect(recorder.stop)
        controller.happened.connect(self._stop_when_closed)
        self._show_choices(controller.settings)

    def _record(self, wanted: bool) -> None:
        settings, recorder = self._controller.settings, self._recorder
        if not wanted:
            recorder.stop()
        elif not recorder.is_recording:
            folder = output_folder(settings.recording_dir, paths.videos_dir())
            is_clean = settings.recording_kind == "clean"
            hears = is_clean and settings.record_microphone and self._is_live()
            try:
                recorder.start(
                    folder,
                    self._view.parts,
                    settings.recording_kind,
                    self._file() if is_clean else None,
                    settings.microphone if hears else None,
                )
            except StorageError as error:
                self._announcer.say_error("record", error)
        self._refresh()

    def _is_live(self) -> bool:
        info = self._controller.info
        return self._controller.past is None and info is not None and info.is_live

    def _file(self) -> Path | None:
        """Return the file that is shown; None where it is none, or is not there any more."""
        if self._controller.past is not None:
            return self._file_of_past()
        info = self._controller.info
        return Path(info.uri) if info is not None and not info.is_live else None

    def _stop_when_closed(self) -> None:
        if not self._controller.is_open:
            self._recorder.stop()

    def _on_ended(self, made: Recording) -> None:
        self._announcer.files.say_recorded(made, self._controller.settings.recording_dir)
        self._refresh()

    def _on_sound_failed(self, error: SourceError) -> None:
        self._announcer.say_error("sound", error)

    def _refresh(self) -> None:
        is_recording = self._recorder.is_recording
        self._actions.record.setChecked(is_recording)
        self._actions.record_kinds.setEnabled(not is_recording)
        self._actions.record_sound.setEnabled(not is_recording)

    def _show_choices(self, settings: Settings) -> None:
        for action in self._actions.record_kinds.actions():
            action.setChecked(action.data() == settings.recording_kind)
            if action.data() == "clean":
                action.setText(
                    self.tr("Clean, with the sound of the file or the microphone")
                    if settings.record_microphone
                    else self.tr("Clean, with the sound of the file")
                )

    def _choose_sound(self) -> None:
        settings = self._controller.settings
        former = SoundChoice(settings.record_microphone, settings.microphone)
        dialog = self.dialog = SoundDialog(former, self._window)
        is_open = [True]

        def found(names: list[str]) -> None:
            if is_open[0]:
                dialog.show_found(names)

        def failed(error: FerError) -> None:
            if is_open[0]:
                dialog.show_none(error)

        self._background.run(
            "looking for microphones", self._recorder.microphones.names, found, failed
        )
        chosen = dialog.answered()
        is_open[0], self.dialog = False, None
        if chosen is not None:
            self._controller.update_settings(
                replace(
                    self._controller.settings,
                    record_microphone=chosen.is_on,
                    microphone=chosen.microphone,
                )
            )
