"""What stands in a report: facts, charts, tables, the models in short, and how to read all that."""

from collections.abc import Callable, Sequence
from typing import Final

from fer_desktop.domain.block_bootstrap import LEAST_BLOCKS, ROUNDS
from fer_desktop.domain.expression_summary import (
    FEW_FRAMES,
    FLAWED_SHARE,
    Estimate,
    IntervalSummary,
    PersonSummary,
)
from fer_desktop.domain.face_quality import SMALL_PX
from fer_desktop.models.catalogue import available_models
from fer_desktop.models.model_figures import UnseenFigures, read_model_figures
from fer_desktop.recording.observed import INTERVALS_MAX
from fer_desktop.recording.report.charts import BarRow, expression_strips, share_bars, time_text
from fer_desktop.recording.report.measures import HOW_TO_READ_MEASURES, measures_parts
from fer_desktop.recording.report.numbers import estimate_text, percent
from fer_desktop.recording.report.reported import Reported
from fer_desktop.recording.session_format import UsedModel
from trainer.contract.html_page import bullets, facts, figures, heading, paragraph
from trainer.contract.text import counted, one_line

# From an SVG drawing and what it shows to what stands in its place.
Draw = Callable[[str, str], str]

_BARS_MAX: Final = 40
_STRIPS_MAX: Final = 20
_WHO_LETTERS: Final = 12  # before the name of a person


def report_title(sessions: Sequence[Reported]) -> str:
    """Return what a report is called."""
    if len(sessions) == 1:
        return f"Summary of {one_line(sessions[0].session.name)}"
    return f"Summary of {counted(len(sessions), 'session')}"


def report_parts(sessions: Sequence[Reported], draw: Draw) -> list[str]:
    """Return a report as HTML, part by part.

    Args:
        sessions: at least one.
        draw: puts a drawing in.
    """
    parts = [
        paragraph(
            "Expressions are what faces show, not what people feel. The numbers are a model's"
            " readings; how often it is right stands under Models."
        )
    ]
    if len(sessions) > 1:
        parts += _overview(sessions, draw)
    for each in sessions:
        if len(sessions) > 1:
            parts.append(heading(one_line(each.session.name)))
        parts += _session(each, draw)
    parts += _models([used for each in sessions for used in each.session.models])
    parts += _method(sessions)
    return parts


def _overview(sessions: Sequence[Reported], draw: Draw) -> list[str]:
    rows, bars = [], []
    labels = tuple(dict.fromkeys(label for each in sessions for label in each.session.seen.labels))
    for each in sessions:
        session = each.session
        whole = each.summaries[0] if each.summaries else None
        rows.append(
            [
                one_line(session.name),
                one_line(session.facts.participant),
                one_line(session.facts.condition),
                _when(session.started_utc),
                "" if whole is None else time_text(whole.seconds),
                "" if whole is None else str(len(whole.people) + whole.left_out),
                "" if whole is None else percent(whole.missing),
            ]
        )
        for person in whole.people if whole is not None else ():
            shares = dict(zip(session.seen.labels, person.shares, strict=True))
            found = [shares.get(label, Estimate(None)) for label in labels]
            who = session.facts.participant or session.name
            bars.append(BarRow(f"{one_line(who, _WHO_LETTERS)}, {person.name}", found))
    head = ["session", "participant", "condition", "started", "analysed", "people", "no face"]
    parts = [figures(head, rows)]
    if bars:
        parts.append(draw(share_bars(bars[:_BARS_MAX], labels), "share of time per expression"))
        parts += _left_out(len(bars) - _BARS_MAX, "person", "people")
    return parts


def _session(each: Reported, draw: Draw) -> list[str]:
    session, summaries = each.session, each.summaries
    parts = [facts(_facts(each)), bullets([one_line(text) for text in each.caveats])]
    if not summaries or not any(person.read_s for person in summaries[0].people):
        return [*parts, paragraph("No expression was read.")]
    whole, *marked = summaries
    seen = session.seen
    bars = [BarRow(person.name, person.shares) for person in whole.people if person.read_s]
    positions = {name: at for at, name in enumerate(seen.names)}
    shown = [positions[bar.name] for bar in bars]
    intervals = [part.interval for part in marked]
    extent = whole.interval.start_us, whole.interval.end_us
    parts += [
        heading("Share of time", 3),
        draw(share_bars(bars[:_BARS_MAX], seen.labels), "share of time per expression and person"),
        *_left_out(len(bars) - _BARS_MAX, "person", "people"),
        _estimates(whole.people, seen.labels, lambda person: person.shares),
        heading("Mean probability", 3),
        _estimates(whole.people, seen.labels, lambda person: person.means),
    ]
    if whole.frames > 1:
        moments = sorted(
            (mark.timestamp_us, mark.text) for mark in session.marks if mark.end_us is None
        )
        strips = expression_strips(seen, shown[:_STRIPS_MAX], intervals, extent, moments)
        parts += [
            heading("Over time", 3),
            draw(strips, "which expression was shown when"),
            *_left_out(len(shown) - _STRIPS_MAX, "person", "people"),
        ]
    parts += [heading("How well the faces could be read", 3), _quality(whole)]
    parts += measures_parts(whole)
    if marked:
        parts += _marked(marked, seen.labels, draw)
    if whole.left_out:
        more = counted(whole.left_out, "person", "people")
        parts.append(paragraph(f"Left out: {more} who were seen only briefly."))
    return parts


def _facts(each: Reported) -> list[tuple[str, str]]:
    session = each.session
    whole = each.summaries[0] if each.summaries else None
    rows = [
        ("participant", session.facts.participant),
        ("condition", session.facts.condition),
        ("source", session.source),
        ("started", _when(session.started_utc)),
    ]
    if whole is not None:
        rows += [
            ("analysed", f"{_duration(whole.seconds)}, {counted(whole.frames, 'frame')}"),
            ("without any face", percent(whole.missing) or "not known"),
        ]
    names = dict.fromkeys(used.preset.name for used in session.models)
    rows += [("model", ", ".join(names)), ("notes", session.facts.notes)]
    return [(name, one_line(text, 2_000)) for name, text in rows if text]


def _estimates(
    people: Sequence[PersonSummary],
    labels: Sequence[str],
    estimates: Callable[[PersonSummary], Sequence[Estimate]],
) -> str:
    rows = [[one_line(person.name), *map(estimate_text, estimates(person))] for person in people]
    return figures(["", *map(one_line, labels)], rows)


def _quality(part: IntervalSummary) -> str:
    head = ["", "seen", "frames", "unsure", "dark", "small", "turned", "notes", "blocks"]
    rows = [
        [
            one_line(person.name),
            f"{_duration(person.seen_s)} ({percent(person.seen_s / part.seconds)})",
            f"{person.frames:,}",
            *(
                percent(share) or "not known"
                for share in (person.unsure, person.dark, person.small, person.turned)
            ),
            ", ".join(person.flaws) or "-",
            "-" if person.block_s is None else f"{person.block_s:.1f} s",
        ]
        for person in part.people
    ]
    return figures(head, rows)


def _marked(marked: Sequence[IntervalSummary], labels: Sequence[str], draw: Draw) -> list[str]:
    parts = [heading("Marked intervals", 3)]
    bars = [
        BarRow(f"{one_line(part.interval.name, _WHO_LETTERS)}, {person.name}", person.shares)
        for part in marked
        for person in part.people
        if person.read_s
    ]
    if bars:
        parts.append(draw(share_bars(bars[:_BARS_MAX], labels), "share of time per interval"))
        parts += _left_out(len(bars) - _BARS_MAX, "row")
    head = ["interval", "from", "to", "person", "seen", "unsure", "notes", *map(one_line, labels)]
    rows = []
    for part in marked:
        place = [
            one_line(part.interval.name),
            time_text(part.interval.start_us / 1e6),
            time_text(part.interval.end_us / 1e6),
        ]
        if not part.people:
            nothing = "no face" if part.seconds else "not analysed"
            rows.append([*place, nothing, *[""] * (len(labels) + 3)])
        for person in part.people:
            rows.append(
                [
                    *place,
                    one_line(person.name),
                    _duration(person.seen_s),
                    percent(person.unsure),
                    ", ".join(person.flaws),
                    *map(estimate_text, person.shares),
                ]
            )
    parts.append(figures(head, rows))
    if len(marked) == INTERVALS_MAX:
        parts.append(paragraph(f"Only the first {INTERVALS_MAX} intervals are told of."))
    return parts


def _models(used: Sequence[UsedModel]) -> list[str]:
    models = {model.preset.sha256: model for model in used}
    if not models:
        return []
    folders = {
        entry.preset.sha256: entry.folder
        for entry in available_models()
        if entry.preset is not None
    }
    parts = [heading("Models")]
    for sha256, model in models.items():
        preset = model.preset
        lines = [preset.description] if preset.description else []
        figures = read_model_figures(folders[sha256]) if sha256 in folders else None
        if figures is None:
            lines.append("How accurate it is, is not known on this computer.")
        else:
            text = f"Accuracy {_with_interval(figures.accuracy, figures.interval)}"
            text += f" on {counted(figures.faces, 'test face')}"
            lines.append(text + (f" of {figures.data}." if figures.data else "."))
            if figures.weakest is not None:
                lines.append(_recall_text(*figures.weakest))
            if figures.unseen is not None:
                lines += _unseen(figures.unseen)
        lines += [
            f"Labels: {', '.join(preset.labels)}.",
            f"Says unsure below a confidence of {100 * preset.unsure_below:.0f} %.",
        ]
        if preset.training_data:
            lines.append(f"Trained on {preset.training_data}.")
        lines.append(f"SHA-256 {sha256}.")
        parts += [
            heading(one_line(preset.name), 3),
            bullets([one_line(line, 1_000) for line in lines]),
        ]
    return parts


def _unseen(figures: UnseenFigures) -> list[str]:
    """Return how a model reads people of other collections than it learned from."""
    text = (
        f"On {counted(figures.faces, 'face')} from {counted(figures.sets, 'other collection')},"
        " with every expression counted equally:"
        f" {_with_interval(figures.accuracy, figures.interval)}."
    )
    if figures.weakest is not None:
        text += f" {_recall_text(*figures.weakest)}"
    if figures.chose_it:
        text += " The model was chosen using these faces: expect slightly less on others."
    return [text]


def _with_interval(share: float, interval: tuple[float, float] | None) -> str:
    text = f"{100 * share:.1f} %"
    if interval is None:
        return text
    return f"{text} (95 %: {100 * interval[0]:.1f} to {100 * interval[1]:.1f})"


def _recall_text(label: str, share: float) -> str:
    return f"Lowest recall: {label}, {100 * share:.0f} %."


def _method(sessions: Sequence[Reported]) -> list[str]:
    people = [person for each in sessions for part in each.summaries for person in part.people]
    blocks = [person.block_s for person in people if person.block_s is not None]
    lengths = f", here {min(blocks):.1f} to {max(blocks):.1f} s" if blocks else ""
    return [
        heading("How to read this"),
        bullets(
            [
                "Share of time: for how much of the time in which a face was read the screen showed"
                " an expression. Every frame counts for the time until the next one.",
                "Mean probability: of that very frame, not smoothed; corrected where the face was"
                " calibrated.",
                "In brackets: where the value lies with 95 % confidence in this session. Frames are"
                " not independent, so they are not drawn one by one, but in circular blocks of time"
                f" (Politis and Romano 1992; {ROUNDS:,} draws), as long as the series remembers"
                " itself (Politis and White 2004, corrected by Patton, Politis and White 2009), at"
                f" least 1 s{lengths}. What the draws vary by goes into Wilson's interval (Korn and"
                " Graubard 1998). It is missing where the time holds fewer than"
                f" {LEAST_BLOCKS} blocks, and says nothing about other people or other days.",
                "Unsure: share of the time in which the model's confidence was below its own"
                " limit.",
                *HOW_TO_READ_MEASURES,
                f"Notes: dark, small (narrower than {SMALL_PX} pixels) or turned (to one side) for"
                f" {100 * FLAWED_SHARE:.0f} % of the time or more; few frames: fewer than"
                f" {FEW_FRAMES}.",
            ]
        ),
    ]


def _left_out(count: int, noun: str, plural: str = "") -> list[str]:
    return [paragraph(f"Not drawn: {counted(count, noun, plural)} more.")] if count > 0 else []


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{time_text(seconds)} min"


def _when(started_utc: str) -> str:
    return f"{started_utc[:10]} {started_utc[11:16]} UTC" if len(started_utc) > 16 else started_utc
