"""What the window says of files: what was written and where, and what could not be."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from fer_desktop.recording.bundle_import import ImportedBundle
from fer_desktop.recording.bundle_writing import WrittenBundle
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.joint_export import JointExport
from fer_desktop.recording.video_recorder import Recording
from fer_desktop.ui.look.wording import breakable, translate
from fer_desktop.ui.messages.message_bar import MessageBar, error_message
from fer_desktop.ui.messages.written_texts import bundle_text, imported_text, recorded_text
from fer_desktop.ui.runtime.actions import Actions
from trainer.contract.text import counted

BUNDLE: Final = "bundle"
UNFINISHED: Final = "unfinished"
_MOST_NAMED: Final = 3


class FileMessages(QObject):
    """Says what the user wants to know of files that were asked for."""

    def __init__(self, bar: MessageBar, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._actions = actions

    def say_bundled(self, bundle: WrittenBundle) -> None:
        """Tell that a bundle was written."""
        self._say_written(BUNDLE, bundle_text(bundle), bundle.path)

    def say_imported(self, bundle: ImportedBundle) -> None:
        """Tell that several sessions were imported."""
        self._bar.tell(
            BUNDLE,
            "good",
            imported_text(bundle),
            "",
            self.tr("Past sessions…"),
            self._actions.sessions.trigger,
        )

    def say_exported(self, path: Path, counts: Counts) -> None:
        """Tell that a table was written."""
        text = self.tr("Exported {rows} from {frames} to {path}.").format(
            rows=counted(counts.table_rows, "row"),
            frames=counted(counts.frames, "frame"),
            path=breakable(path),
        )
        self._say_written("export", " ".join([text, *_gaps(counts)]), path)

    def say_exported_several(self, export: JointExport) -> None:
        """Tell that tables of several sessions were written."""
        self._say_written("export", self.joint_text(export), export.path)

    def joint_text(self, export: JointExport) -> str:
        """Return what was written, and what could not be."""
        text = self.tr("Exported {sessions} with {rows} to {path}.").format(
            sessions=counted(export.sessions, "session"),
            rows=counted(export.rows, "row"),
            path=breakable(export.path),
        )
        return " ".join([text, *export.failures[:_MOST_NAMED]])

    def say_reported(self, path: Path, failures: Sequence[str]) -> None:
        """Tell that a report was written, and of which sessions it tells nothing."""
        text = self.tr("Saved the report as {path}.").format(path=breakable(path))
        self._bar.tell(
            "report",
            "warning" if failures else "good",
            " ".join([text, *failures[:_MOST_NAMED]]),
            "",
            self.tr("Open"),
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))),
        )

    def say_snapped(self, path: Path, wanted: str) -> None:
        """Tell that a snapshot was written; ``wanted`` is the folder that was chosen for it."""
        text = self.tr("Saved the snapshot as {path}.").format(path=breakable(path))
        self._say_written("snapshot", text, path, wanted)

    def say_recorded(self, recording: Recording, wanted: str) -> None:
        """Tell that a video was written, or why not to its end; see ``say_snapped``."""
        if recording.error is not None:
            self._bar.show_message(error_message("record", recording.error))
        elif recording.frames:
            self._say_written("record", recorded_text(recording), recording.path, wanted)
        else:
            self._bar.tell(
                "record",
                "info",
                self.tr("Nothing was recorded: no new frame arrived."),
            )

    def say_nothing_to_export(self) -> None:
        """Tell that nothing was analysed yet."""
        self._bar.tell(
            "export",
            "info",
            self.tr("There is nothing to export yet."),
            self.tr("Start a source or export a past session."),
            self.tr("Past sessions…"),
            self._actions.sessions.trigger,
        )

    def say_unfinished(
        self, text: str, hint: str, button: str, again: Callable[[], object] | None
    ) -> None:
        """Tell what was not finished when the application ended, until somebody has read it."""
        self._bar.tell(UNFINISHED, "warning", text, hint, button, again, stands=True)

    def _say_written(self, topic: str, text: str, path: Path, wanted: str = "") -> None:
        is_elsewhere = bool(wanted) and Path(wanted) != path.parent
        hint = self.tr("The folder {folder} from the settings was not found.")
        self._bar.tell(
            topic,
            "warning" if is_elsewhere else "good",
            text,
            hint.format(folder=breakable(Path(wanted))) if is_elsewhere else "",
            self.tr("Open folder"),
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
        )


def _gaps(counts: Counts) -> list[str]:
    """Return what is to be said of frames that a table lacks."""
    end = counts.end
    said = []
    if counts.hidden_rows:
        text = translate("Announcer", "{rows} of hidden faces were left out.")
        said.append(text.format(rows=counted(counts.hidden_rows, "row")))
    if end is not None and end.missed:
        text = translate("Announcer", "{frames} came too fast and were not analysed.")
        said.append(text.format(frames=counted(end.missed, "frame")))
    if end is not None and end.is_whole is None and counts.gaps:  # a live source's
        text = translate("Announcer", "There is a gap of {seconds} s.")
        if counts.gaps > 1:
            text = translate("Announcer", "There are {gaps}, the longest of {seconds} s.")
        seconds = f"{counts.longest_gap_us / 1e6:.1f}"
        said.append(text.format(gaps=counted(counts.gaps, "gap"), seconds=seconds))
    if end is None or end.is_whole is False:
        said.append(translate("Announcer", "The analysis is not complete."))
    return said
