"""Against what faces were read: as rows of a session, and in words for its description."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fer_desktop.domain.neutral_baseline import NeutralBaseline, Origin
from fer_desktop.recording.row_types import CalibrationRow
from trainer.contract.checked_json import Line, Number, Seconds, Share, as_type, decode_json


@dataclass(frozen=True, slots=True)
class UsedCalibration:
    """A face's rest, and the frame from which on the face was read against it."""

    face_id: int
    baseline: NeutralBaseline
    from_frame: int


class CalibrationIds:
    """Numbers the calibrations of a session as they come."""

    def __init__(self) -> None:
        self._ids: dict[tuple[int, NeutralBaseline], int] = {}

    @classmethod
    def known(cls, db: sqlite3.Connection) -> "CalibrationIds":
        """Go on with those that a session has.

        Raises:
            ValueError, LookupError: if one is damaged.
            sqlite3.Error: if the table cannot be read.
        """
        found = cls()
        found._ids = {(used.face_id, used.baseline): at for at, used in _all(db).items()}
        return found

    def take(
        self, face_id: int, baseline: NeutralBaseline | None, frame_index: int
    ) -> tuple[int | None, list[tuple[object, ...]]]:
        """Return the number of a calibration, and its row of the table if it is a new one."""
        if baseline is None:
            return None, []
        known = self._ids.get((face_id, baseline))
        if known is not None:
            return known, []
        number = self._ids[face_id, baseline] = max(self._ids.values(), default=0) + 1
        return number, [(number, face_id, frame_index, json.dumps(_as_json(baseline)))]


def read_calibrations(db: sqlite3.Connection) -> dict[int, UsedCalibration]:
    """Return the calibrations by which faces are read, in order.

    Raises:
        ValueError, LookupError: if one is damaged.
        sqlite3.Error: if the tables cannot be read.
    """
    found = _all(db)
    if not found:  # the usual case costs nothing
        return found
    used = {number for (number,) in db.execute("SELECT DISTINCT calibration_id FROM faces")}
    return {number: each for number, each in found.items() if number in used}


def _all(db: sqlite3.Connection) -> dict[int, UsedCalibration]:
    rows = db.execute("SELECT id, face_id, baseline, from_frame FROM calibrations ORDER BY id")
    return {
        row.calibration_id: UsedCalibration(row.face_id, _from_json(row.baseline), row.from_frame)
        for row in (as_type(row, CalibrationRow) for row in rows)
    }


def described(calibrations: Iterable[UsedCalibration]) -> list[dict[str, Any]]:
    """Return what a description says of calibrations: the latest of each face and origin.

    An estimate over the session changes every few seconds; the session's file holds each of them.
    """
    latest: dict[tuple[int, str], dict[str, Any]] = {}
    for used in calibrations:
        key = used.face_id, used.baseline.origin
        first = latest.get(key)
        latest[key] = {
            "face_id": used.face_id,
            "from_frame": first["from_frame"] if first else used.from_frame,
            "updates": first["updates"] + 1 if first else 0,
            **_as_json(used.baseline),
        }
    return list(latest.values())


def _as_json(baseline: NeutralBaseline) -> dict[str, Any]:
    arousal = {} if baseline.arousal is None else {"arousal": baseline.arousal}
    return {
        "origin": baseline.origin,
        "evidence_s": baseline.evidence_s,
        "spread": baseline.spread,
        "rest": dict(zip(baseline.labels, baseline.rest, strict=True)),
        "offsets": dict(zip(baseline.labels, baseline.offsets, strict=True)),
        **arousal,
    }


@dataclass(frozen=True, slots=True)
class _Baseline:
    origin: Origin
    evidence_s: Seconds
    spread: Number
    rest: dict[Line, Share]
    offsets: dict[Line, Number]
    arousal: Number | None = None


def _from_json(text: str) -> NeutralBaseline:
    raw = decode_json(text, _Baseline)
    return NeutralBaseline(
        origin=raw.origin,
        labels=tuple(raw.rest),
        rest=tuple(raw.rest.values()),
        spread=raw.spread,
        evidence_s=raw.evidence_s,
        offsets=tuple(raw.offsets[label] for label in raw.rest),
        arousal=raw.arousal,
    )
