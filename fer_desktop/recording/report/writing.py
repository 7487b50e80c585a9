"""Reports of sessions and tables, as files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from fer_desktop.errors import StorageError
from fer_desktop.files import whole_file
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.report.content import report_parts, report_title
from fer_desktop.recording.report.reported import Reported
from fer_desktop.recording.session_format import SUFFIX
from fer_desktop.recording.session_observer import SessionObserver
from fer_desktop.recording.summary_table import write_summary_table
from fer_desktop.recording.table_files import TABLE_SUFFIXES
from fer_desktop.recording.table_observer import observe_table
from fer_desktop.settings import CsvDialect
from trainer.contract.html_page import drawing, page

# Writes a report where Qt is at hand.
WritePdf = Callable[[Sequence[Reported], Path], None]

REPORT_SUFFIXES: Final = (".html", ".pdf", *TABLE_SUFFIXES)


def observe(path: Path) -> list[Observed]:
    """Return the sessions of a file: of one session, or of an exported table.

    Raises:
        StorageError: if it is neither, or cannot be read.
    """
    return [SessionObserver(path).look()] if path.suffix.lower() == SUFFIX else observe_table(path)


def write_report(
    sessions: Sequence[Observed],
    path: Path,
    *,
    write_pdf: WritePdf,
    dialect: CsvDialect = "comma",
    usable_only: bool = False,
    overwrite: bool = False,
) -> None:
    """Write a report, or a table of what it says, in the format that the suffix says.

    Args:
        sessions: in the order of the report, at least one.
        path: where to; its folder must exist.
        write_pdf: writes a PDF into a file of this name.
        dialect: of a CSV.
        usable_only: whether faces that cannot be read well are left out, where that was measured.
        overwrite: whether files that are there already are replaced.

    Raises:
        StorageError: if the format is not known, or the file exists or cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        each = (Reported.of(session, usable_only=usable_only) for session in sessions)
        write_summary_table(each, path, dialect=dialect, overwrite=overwrite)
    elif suffix in REPORT_SUFFIXES:
        reported = [Reported.of(session, usable_only=usable_only) for session in sessions]
        with whole_file(path, overwrite=overwrite) as part:
            if suffix == ".pdf":
                write_pdf(reported, part)
            else:
                text = page(report_title(reported), report_parts(reported, drawing))
                # Names of files may hold bytes that are no text.
                part.write_text(text, encoding="utf-8", errors="xmlcharrefreplace")
    else:
        raise StorageError(
            f"{path.name} is no name for a report.",
            hint=f"Let it end in {', '.join(REPORT_SUFFIXES[:-1])} or {REPORT_SUFFIXES[-1]}.",
        )
