"""What is wanted of each file that is analysed, as plain data that another process can be given."""

import argparse
from dataclasses import dataclass, fields
from typing import Any

from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.settings import CsvDialect, EngineChoice, FaceSearch, RecordingKind, TableFormat


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """The options of ``analyze`` that concern a single file; each is named as there."""

    engine: EngineChoice | None
    smoothing_ms: int
    min_score: float
    faces: FaceSearch
    measures: tuple[str, ...]
    calibrate: tuple[float, float] | None
    every: int
    from_s: float | None
    to_s: float | None
    empty_rows: bool
    format: TableFormat
    csv_dialect: CsvDialect
    annotated: bool
    videos: tuple[RecordingKind, ...]
    chart: bool

    @classmethod
    def of(cls, args: argparse.Namespace) -> "AnalysisOptions":
        """Return those of a command line."""
        given: dict[str, Any] = {field.name: getattr(args, field.name) for field in fields(cls)}
        lists = {name: tuple(given[name]) for name in ("measures", "videos")}
        return cls(**{**given, **lists})

    @property
    def selection(self) -> FrameSelection:
        """Which frames are analysed."""
        return FrameSelection(self.every, _microseconds(self.from_s), _microseconds(self.to_s))


def _microseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(1e6 * seconds)
