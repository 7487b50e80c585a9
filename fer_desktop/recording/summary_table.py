"""Several sessions as one tidy table: a row for each person, interval and expression.

One definition says what each column is called, means and holds, so that the data dictionary beside
the table cannot forget one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_desktop.domain.expression_summary import IntervalSummary, PersonSummary
from fer_desktop.domain.measured_summary import MeasuredSummary
from fer_desktop.files import refuse_existing
from fer_desktop.recording.column import DICTIONARY_COLUMNS, Column, dictionary_rows
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.report.reported import Reported
from fer_desktop.recording.table_files import row_writer
from fer_desktop.settings import CsvDialect


@dataclass(frozen=True, slots=True)
class _Part:
    """What a row is about, whoever is in it."""

    session: Observed
    part: IntervalSummary


@dataclass(frozen=True, slots=True)
class _Row(_Part):
    """What a row is about."""

    person: PersonSummary
    label: str
    at: int
    usable_only: bool

    @property
    def measured(self) -> MeasuredSummary:
        return self.person.measured


_INTERVAL: Final = "95 % confidence interval, from blocks of time; empty where there is too little"

_OF_PARTS: Final[tuple[tuple[Column, Callable[[_Part], str]], ...]] = (
    (
        Column("session", "text", "", "name of the session"),
        lambda row: row.session.name,
    ),
    (
        Column("participant", "text", "", "as entered for the session"),
        lambda row: row.session.facts.participant,
    ),
    (
        Column("condition", "text", "", "as entered for the session"),
        lambda row: row.session.facts.condition,
    ),
    (
        Column("source", "text", "", "name of the camera or file"),
        lambda row: row.session.source,
    ),
    (
        Column("started_utc", "text", "", "when the session began, UTC, ISO 8601"),
        lambda row: row.session.started_utc,
    ),
    (
        Column("model", "text", "", "names of the models that read the session"),
        lambda row: "; ".join(dict.fromkeys(used.preset.name for used in row.session.models)),
    ),
    (
        Column("interval", "text", "", "text of the marked interval; empty for the whole session"),
        lambda row: row.part.interval.name,
    ),
    (
        Column("start_s", "number", "s", "where the interval begins, on the source's clock"),
        lambda row: _number(row.part.interval.start_us / 1e6),
    ),
    (
        Column("end_s", "number", "s", "where the interval ends, on the source's clock"),
        lambda row: _number(row.part.interval.end_us / 1e6),
    ),
    (
        Column("analysed_s", "number", "s", "for how long frames were analysed in the interval"),
        lambda row: _number(row.part.seconds),
    ),
    (
        Column(
            "no_face_share",
            "number",
            "",
            "share of analysed_s without any face, 0 to 1; empty where that is not known",
        ),
        lambda row: _number(row.part.missing),
    ),
)
_OF_PEOPLE: Final[tuple[tuple[Column, Callable[[_Row], str]], ...]] = (
    (
        Column(
            "person",
            "text",
            "",
            "name of the person, or number of the face; like all that follows empty in the one row"
            " of an interval without a face",
        ),
        lambda row: row.person.name,
    ),
    (
        Column("face_ids", "text", "", "numbers of the face tracks that are this person"),
        lambda row: "; ".join(map(str, row.person.face_ids)),
    ),
    (
        Column("frames", "integer", "", "frames in which the person's expression was read"),
        lambda row: str(row.person.frames),
    ),
    (
        Column("seen_s", "number", "s", "for how long the person was seen in the interval"),
        lambda row: _number(row.person.seen_s),
    ),
    (
        Column(
            "read_s",
            "number",
            "s",
            "for how long the person's expression was read: what time_share and mean refer to",
        ),
        lambda row: _number(row.person.read_s),
    ),
    (
        Column("emotion", "text", "", "the label that time_share and mean are about"),
        lambda row: row.label,
    ),
    (
        Column(
            "time_share",
            "number",
            "",
            "share of read_s in which the screen showed this label, 0 to 1; weighted by real time",
        ),
        lambda row: _number(row.person.shares[row.at].value),
    ),
    (
        Column("time_share_low", "number", "", f"lower end of time_share's {_INTERVAL}"),
        lambda row: _number(row.person.shares[row.at].low),
    ),
    (
        Column("time_share_high", "number", "", f"upper end of time_share's {_INTERVAL}"),
        lambda row: _number(row.person.shares[row.at].high),
    ),
    (
        Column(
            "mean",
            "number",
            "",
            "mean probability of this label, 0 to 1; not smoothed, corrected where the face was"
            " calibrated, weighted by real time",
        ),
        lambda row: _number(row.person.means[row.at].value),
    ),
    (
        Column("mean_low", "number", "", f"lower end of mean's {_INTERVAL}"),
        lambda row: _number(row.person.means[row.at].low),
    ),
    (
        Column("mean_high", "number", "", f"upper end of mean's {_INTERVAL}"),
        lambda row: _number(row.person.means[row.at].high),
    ),
    (
        Column("block_s", "number", "s", "length of the blocks of time behind the intervals"),
        lambda row: _number(row.person.block_s),
    ),
    (
        Column("unsure_share", "number", "", "share of read_s in which the model was unsure"),
        lambda row: _number(row.person.unsure),
    ),
    (
        Column("dark_share", "number", "", "share of seen_s in which the face was too dark"),
        lambda row: _number(row.person.dark),
    ),
    (
        Column("small_share", "number", "", "share of seen_s with a face under 48 pixels wide"),
        lambda row: _number(row.person.small),
    ),
    (
        Column("turned_share", "number", "", "share of seen_s with the face far to one side"),
        lambda row: _number(row.person.turned),
    ),
    (
        Column(
            "flags",
            "text",
            "",
            "what the numbers suffer from: dark, small or turned in a fifth of the time or more, or"
            " few frames (under 30)",
        ),
        lambda row: "; ".join(row.person.flaws),
    ),
    (
        Column(
            "usable_only",
            "integer",
            "",
            "1 where faces that are not usable were left out of shares, means and what follows:"
            " they count as seen, and not as read",
        ),
        lambda row: str(int(row.usable_only)),
    ),
    (
        Column(
            "usable_share",
            "number",
            "",
            "share of seen_s in which the picture of the face was usable (measure quality); like"
            " the next ones empty where that was not measured",
        ),
        lambda row: _number(row.measured.usable),
    ),
    (
        Column("looks_at_camera_share", "number", "", "share of the time with the gaze at it"),
        lambda row: _number(row.measured.at_camera),
    ),
    (
        Column(
            "talking_share",
            "number",
            "",
            "share of the time in which the mouth opened and closed as in talking (measure"
            " mouth_open); no sound is used",
        ),
        lambda row: _number(row.measured.talking),
    ),
    (
        Column("blinks", "integer", "", "blinks that began in the interval (measure eyes_open)"),
        lambda row: "" if row.measured.blinks is None else str(row.measured.blinks),
    ),
    (
        Column("blinks_per_min", "number", "1/min", "by the time in which the eyes were seen"),
        lambda row: _number(row.measured.blinks_per_min),
    ),
    (
        Column("blink_s", "number", "s", "mean length of a blink"),
        lambda row: _number(row.measured.blink_s),
    ),
    (
        Column("valence_mean", "number", "", "mean over time of the measure valence"),
        lambda row: _number(row.measured.valence),
    ),
    (
        Column("valence_corrected_mean", "number", "", "the same of valence_corrected"),
        lambda row: _number(row.measured.valence_corrected),
    ),
    (
        Column("arousal_mean", "number", "", "mean over time of the measure arousal"),
        lambda row: _number(row.measured.arousal),
    ),
    (
        Column("arousal_corrected_mean", "number", "", "the same of arousal_corrected"),
        lambda row: _number(row.measured.arousal_corrected),
    ),
)
SUMMARY_COLUMNS: Final = tuple(column for column, _ in (*_OF_PARTS, *_OF_PEOPLE))


def summary_rows(reported: Reported) -> Iterator[list[str]]:
    """Yield a row of ``SUMMARY_COLUMNS`` for each interval, person and label of a session.

    An interval in which nobody was seen has one, so that no participant is lost from a study.
    """
    session = reported.session
    for part in reported.summaries:
        if not part.people:
            place = _Part(session, part)
            yield [*(cell(place) for _, cell in _OF_PARTS), *[""] * len(_OF_PEOPLE)]
        for person in part.people:
            for at, label in enumerate(session.seen.labels):
                row = _Row(session, part, person, label, at, reported.usable_only)
                yield [cell(row) for _, cell in _OF_PARTS] + [cell(row) for _, cell in _OF_PEOPLE]


def dictionary_path(path: Path) -> Path:
    """Return where the data dictionary of a table lies."""
    return path.with_suffix(".columns.csv")


def write_summary_table(
    sessions: Iterable[Reported],
    path: Path,
    *,
    dialect: CsvDialect = "comma",
    overwrite: bool = False,
) -> int:
    """Write several sessions as one table, with its data dictionary beside it; return its rows.

    Args:
        sessions: each and what it says.
        path: where to, in the format that its suffix says; its folder must exist.
        dialect: of a CSV.
        overwrite: whether files that are there already are replaced.

    Raises:
        StorageError: if a file exists or cannot be written.
    """
    dictionary = dictionary_path(path)
    if not overwrite:
        refuse_existing(dictionary)
    count = 0
    with row_writer(path, SUMMARY_COLUMNS, dialect=dialect, overwrite=overwrite) as table:
        for session in sessions:
            rows = list(summary_rows(session))
            table.write(rows)
            count += len(rows)
    if path.suffix.lower() != ".xlsx":  # which has it in a sheet
        with row_writer(
            dictionary, DICTIONARY_COLUMNS, dialect=dialect, overwrite=overwrite
        ) as explained:
            explained.write(dictionary_rows(SUMMARY_COLUMNS))
    return count


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
