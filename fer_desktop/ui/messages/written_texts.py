"""What is said of bundles and recordings that were written, and of bundles brought in."""

from typing import Final

from fer_desktop.recording.bundle_import import ImportedBundle
from fer_desktop.recording.bundle_writing import WrittenBundle
from fer_desktop.recording.video_recorder import Recording
from fer_desktop.ui.look.wording import breakable, recording_text, translate
from trainer.contract.text import counted

_MOST_NAMED: Final = 3


def bundle_text(bundle: WrittenBundle) -> str:
    """Return what is in a bundle, and what is not."""
    text = translate("Bundle", "Saved {sessions} to {path}.").format(
        sessions=counted(bundle.sessions, "session"), path=breakable(bundle.path)
    )
    included = [
        counted(number, name)
        for number, name in (
            (bundle.videos, "analysed file"),
            (bundle.recordings, "recording"),
        )
        if number
    ]
    if included:
        text += " " + translate("Bundle", "Included: {videos}.").format(videos=", ".join(included))
    return " ".join([text, *bundle.failures[:_MOST_NAMED]])


def imported_text(bundle: ImportedBundle) -> str:
    """Return what came of a bundle."""
    text = translate("Bundle", "Imported {sessions}.").format(
        sessions=counted(len(bundle.sessions) - bundle.known, "session")
    )
    if bundle.known:
        text += " " + translate("Bundle", "{sessions} had been imported before.").format(
            sessions=counted(bundle.known, "session")
        )
    return text


def recorded_text(recording: Recording) -> str:
    """Return what was recorded, and what of it was skipped."""
    text = translate("Recording", "Recorded {frames} ({what}) to {path}.").format(
        frames=counted(recording.frames, "frame"),
        what=recording_text(recording.kind, "file" if recording.has_sound else ""),
        path=breakable(recording.path),
    )
    if recording.dropped:
        text += " " + translate("Recording", "Skipped {frames} that arrived too fast.").format(
            frames=counted(recording.dropped, "frame")
        )
    return text
