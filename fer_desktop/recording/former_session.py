"""What was said of a session goes along when its film is analysed once more."""

from pathlib import Path

from fer_desktop.errors import StorageError
from fer_desktop.log import get_logger
from fer_desktop.recording.session_facts import write_facts
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter

log = get_logger("recording")


def take_along(former: Path, writer: SessionWriter) -> None:
    """Let a session have the details and marks of a former one, as far as these can be read.

    Marks of a live session stay with it: what was recorded of it has times of its own.

    Args:
        former: a session's file.
        writer: of the new one, which has not ended.
    """
    try:
        with SessionReader(former) as reader:
            summary, marks = reader.summary(), reader.marks()
        write_facts(writer.path, summary.facts)
        if not summary.info.source.is_live:
            writer.set_marks(marks)
    except StorageError as error:  # the numbers come first
        log.warning("nothing of %s is taken along: %s", former, error)
