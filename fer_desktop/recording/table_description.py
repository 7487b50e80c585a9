"""What describes a table: all that is needed to get its numbers again, beside it as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.measure_facts import described_measure
from fer_desktop.domain.measures import MeasureSpec, tabular
from fer_desktop.domain.people import People
from fer_desktop.domain.wall_time import utc_text
from fer_desktop.files import refuse_existing, whole_file
from fer_desktop.paths import APP_NAME
from fer_desktop.recording.calibrations import UsedCalibration, described
from fer_desktop.recording.column import Column, dictionary_json
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.csv_columns import all_labels, is_switched
from fer_desktop.recording.person_column import described_people
from fer_desktop.recording.session_facts import SessionFacts
from fer_desktop.recording.session_format import Mark, SessionInfo, UsedModel
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from trainer.contract.whole_file import remove_leftovers

_NOBODY: Final = People()  # of whom anything was said
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def meta_path(csv_path: Path) -> Path:
    """Return where the description of a table lies."""
    return csv_path.with_suffix(".meta.json")


def place_of_description(csv_path: Path, *, overwrite: bool) -> Path:
    """Return where a table's description goes, and clear away what killed runs have left there.

    Raises:
        StorageError: if it exists and is not to be replaced: said before the long work.
    """
    description = meta_path(csv_path)
    if not overwrite:
        refuse_existing(description)
    remove_leftovers(csv_path.parent)
    return description


def describe(
    info: SessionInfo,
    models: Sequence[UsedModel],
    counts: Counts,
    *,
    marks: Sequence[Mark] = (),
    corrections: Sequence[Correction] = (),
    calibrations: Sequence[UsedCalibration] = (),
    measures: Sequence[MeasureSpec] = (),
    people: People = _NOBODY,
    columns: Sequence[Column] = (),
    facts: SessionFacts | None = None,
    problem: str = "",
    measure_problems: Mapping[str, str] = _NOTHING,
) -> dict[str, Any]:
    """Return all that is needed to get the numbers of a table again.

    Args:
        info: the session.
        models: those that read the frames; each is named where there are several.
        counts: what the table holds.
        marks: moments that the user marked.
        corrections: what people say that faces show.
        calibrations: against what faces were read.
        measures: what else was measured of faces.
        people: who is who.
        columns: of the table, to be explained.
        facts: what the user says of the session.
        problem: why the table ends early, if it does.
        measure_problems: why measures are empty, at all or where they fail, by their keys.
    """
    meta: dict[str, Any] = {
        "format_version": 1,
        "application": APP_NAME,
        "application_version": info.app_version,
        "libraries": dict(info.libraries),
        "start_time": utc_text(info.started_ns),
        "source": asdict(info.source),
        "frame_count": counts.frames,
        "frames_with_faces": counts.frames_with_faces,
        "faces": len(counts.face_ids),
        "rows": counts.rows,
        "empty_rows": counts.empty_rows,
        "hidden_rows": counts.hidden_rows,
        **_completeness(info, counts),
        "model": asdict(models[0].preset) if models else None,
        "engine": models[0].engine if models else "",
        "device": models[0].device if models else "",
        "labels": all_labels(models),
        "settings": dict(info.settings),
        "marks": [_described(mark) for mark in marks],
        "corrections": [_described_correction(one) for one in corrections],
        "calibrations": described(used for used in calibrations if people.shows_ever(used.face_id)),
        "measures": [described_measure(measure) for measure in tabular(measures)],
        "people": described_people(people),
    }
    if facts is not None:
        meta["facts"] = asdict(facts)
    if columns:
        meta["columns"] = dictionary_json(columns)
    if is_switched(models):
        meta["models"] = [
            {
                "from_frame": model.from_frame,
                "engine": model.engine,
                "device": model.device,
                **asdict(model.preset),
            }
            for model in models
        ]
    if problem:
        meta["problem"] = problem
    if measure_problems:
        meta["measure_problems"] = dict(measure_problems)
    return meta


def describe_session(
    reader: SessionReader,
    summary: SessionSummary,
    counts: Counts,
    *,
    marks: Sequence[Mark],
    corrections: Sequence[Correction],
    columns: Sequence[Column] = (),
) -> dict[str, Any]:
    """Return all that is needed to get the numbers of a session's table again.

    Args:
        reader: has read the session; it may be closed.
        summary: of the session.
        counts, marks, corrections, columns: as ``describe`` takes them.
    """
    return describe(
        summary.info,
        reader.models,
        counts,
        marks=marks,
        corrections=corrections,
        calibrations=reader.calibrations,
        measures=reader.measures,
        people=reader.people,
        columns=columns,
        facts=summary.facts,
        problem=summary.end.problem if summary.end is not None else "",
    )


def write_meta(path: Path, description: Mapping[str, Any], *, overwrite: bool = False) -> None:
    """Write the description of a table as JSON.

    Args:
        path: where to; its folder must exist.
        description: what ``describe`` returns, of one session or of several.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    text = json.dumps(description, indent=2, ensure_ascii=False) + "\n"
    with whole_file(path, overwrite=overwrite) as part:
        # File names on Linux may hold bytes that are no text: they become JSON's own escapes.
        part.write_text(text, encoding="utf-8", errors="backslashreplace")


def _described(mark: Mark) -> dict[str, Any]:
    found: dict[str, Any] = {"time_s": mark.timestamp_us / 1e6, "text": mark.text}
    if mark.end_us is not None:
        found["end_s"] = mark.end_us / 1e6
    return {**found, "color": mark.color} if mark.color else found


def _described_correction(one: Correction) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rater": one.rater,
        "face_id": one.face_id,
        "label": one.label,
        "time_s": one.begin_us / 1e6,
    }
    return found if one.end_us is None else {**found, "end_s": one.end_us / 1e6}


def _completeness(info: SessionInfo, counts: Counts) -> dict[str, Any]:
    """Return what a description says of frames that are not there."""
    end = counts.end
    if info.source.is_live:
        return {
            "dropped_frames": None if end is None else end.missed,
            "gaps": counts.gaps,
            "longest_gap_s": counts.longest_gap_us / 1e6 if counts.gaps else 0.0,
            "monotonic_start_us": None if info.zero_ns is None else info.zero_ns // 1000,
        }
    return {"is_complete": None if end is None else end.is_whole}
