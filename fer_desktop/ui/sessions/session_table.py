"""The table of past sessions."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.ui.look.wording import recording_text, translate
from fer_desktop.ui.widgets.row_table import RowTable

_NUMBERS: Final = (4, 5, 6)  # columns that are read from the right
_NAME, _DURATION, _FACES, _STATE = 1, 4, 6, 7  # columns with more to say
_MOST_LETTERS: Final = 1000


class SessionTable(RowTable):
    """A row for each session."""

    def __init__(self, parent: QWidget) -> None:
        headings = [
            self.tr("Started"),
            self.tr("Name"),
            self.tr("Participant"),
            self.tr("Condition"),
            self.tr("Duration"),
            self.tr("Frames"),
            self.tr("Faces"),
            self.tr("State"),
        ]
        name = self.tr("Past sessions")
        super().__init__(
            headings, name, widest=_NAME, several=True, numbers=_NUMBERS, parent=parent
        )
        self.setToolTip(self.tr("Double-click opens a session"))

    def fill(self, sessions: Sequence[tuple[SessionSummary, Sequence[str]]]) -> None:
        """Show sessions, with the texts of the cells of each."""
        self.clearSelection()
        self.setRowCount(len(sessions))
        for row, (summary, texts) in enumerate(sessions):
            for column, text in enumerate(texts):
                more = _tip(summary, column)
                tip = f"{text}\n{more}" if column == _NAME and more else more or text
                self.put(row, column, text).setToolTip(tip)


def _tip(summary: SessionSummary, column: int) -> str:
    """Return what else is known of a session beside a cell of its row."""
    kinds = dict.fromkeys(recording_text(one.kind) for one in summary.recordings)
    recorded = translate("SessionTable", "Recorded as a video: {kinds}")
    read_by = translate("SessionTable", "Read by {models}").format(models=", ".join(summary.models))
    said = {
        _NAME: "\n".join(filter(None, (summary.facts.notes, read_by if summary.models else ""))),
        _DURATION: recorded.format(kinds=", ".join(kinds)) if kinds else "",
        _FACES: ", ".join(summary.names),
        _STATE: _end_tip(summary),
    }
    return said.get(column, "")[:_MOST_LETTERS]


def _end_tip(summary: SessionSummary) -> str:
    said = [summary.end.problem] if summary.end is not None and summary.end.problem else []
    if summary.gaps:
        longest = translate("SessionTable", "The longest gap between two frames is {seconds} s.")
        said.append(longest.format(seconds=f"{summary.longest_gap_us / 1e6:.1f}"))
    return " ".join(said)
