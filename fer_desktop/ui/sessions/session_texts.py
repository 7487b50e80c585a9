"""What the list of sessions says of each."""

from collections.abc import Sequence

from PySide6.QtCore import QDateTime

from fer_desktop.addresses import public_address
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.ui.look.wording import name_text, time_text, translate
from trainer.contract.text import counted


def session_name(summary: SessionSummary) -> str:
    """Return what a session is called: its title, or else its source."""
    return summary.facts.title or public_address(summary.info.source.name)


def start_text(summary: SessionSummary) -> str:
    """Return when a session began, by the clock of the wall."""
    started = QDateTime.fromMSecsSinceEpoch(summary.info.started_ns // 1_000_000)
    return started.toString("yyyy-MM-dd HH:mm")


def row_texts(summary: SessionSummary, *, is_in_use: bool) -> tuple[str, ...]:
    """Return start, name, participant, condition, length, frames, faces and state."""
    return (
        start_text(summary),
        name_text(session_name(summary)),
        name_text(summary.facts.participant),
        name_text(summary.facts.condition),
        time_text(round(summary.duration_us, -6)),  # it ends when the last frame begins
        f"{summary.frames:,}",
        f"{summary.faces:,}",
        state_text(summary, is_in_use=is_in_use),
    )


def state_text(summary: SessionSummary, *, is_in_use: bool) -> str:
    """Return how a session ended, or that it has not."""
    end = summary.end
    if is_in_use:
        return translate("SessionsDialog", "in use")
    if end is None:
        return translate("SessionsDialog", "interrupted")
    if end.is_whole is False:
        return translate("SessionsDialog", "in part")
    found = []
    if end.missed:
        dropped = translate("SessionsDialog", "{count} dropped")
        found.append(dropped.format(count=f"{end.missed:,}"))
    if summary.gaps:
        found.append(counted(summary.gaps, "gap"))
    return ", ".join(found) or translate("SessionsDialog", "complete")


def searched_text(summary: SessionSummary, texts: Sequence[str]) -> str:
    """Return that in which a search looks, in lower case.

    Args:
        summary: the session.
        texts: its row.
    """
    source = public_address(summary.info.source.name)
    parts = (*texts, summary.facts.notes, source, *summary.names, *summary.models)
    return "\n".join(parts).casefold()
