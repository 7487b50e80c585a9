"""Two series of readings side by side: one face read by two models, or faces of two sessions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.recording.row_types import probabilities
from fer_desktop.recording.session_reader import SessionReader, reading
from trainer.contract.labels import canonical

_DIFFERENCES_MAX: Final = 10_000
_LEAST_STEP_US: Final = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class FaceSeries:
    """What was shown of one person over time.

    Attributes:
        times_us: of each reading, rising, shape (readings,).
        labels: canonical names, so that two models that call an expression otherwise agree.
        values: smoothed probabilities, shape (readings, labels), NaN where a model lacks a label.
    """

    times_us: NDArray[np.int64]
    labels: tuple[str, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of time in which another expression is the most likely one.

    Attributes:
        from_us, to_us: when, on the first one's clock.
        first, second: the expressions.
    """

    from_us: int
    to_us: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class LabelMeans:
    """How much of an expression was seen on average.

    Attributes:
        label: the expression.
        first, second: mean probability over the moments that both have; None where a model does
            not know it.
    """

    label: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        """Second less first."""
        if self.first is None or self.second is None:
            return None
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two series have in common.

    Attributes:
        moments: how many readings of the first have one of the second at their time.
        agreeing: in how many of them the same expression is the most likely one.
        differences: stretches in which it is another, in order.
        means: of each expression that any of them knows.
        is_cut: whether there are more differences than are listed.
    """

    moments: int
    agreeing: int
    differences: tuple[Difference, ...]
    means: tuple[LabelMeans, ...]
    is_cut: bool = False

    @property
    def agreement(self) -> float | None:
        """Share of moments in which the most likely expression is the same; None without any."""
        return self.agreeing / self.moments if self.moments else None


def persons_seen(path: Path) -> list[tuple[int, str]]:
    """Return number and label of the persons who were read in a session, most often seen first.

    Hidden ones are left out.

    Raises:
        StorageError: if it cannot be read.
    """
    with SessionReader(path) as reader, reading(path):
        people = reader.people
        counts: Counter[int] = Counter()
        for face_id, time_us in reader.connection.execute(
            "SELECT face_id, timestamp_us FROM frames JOIN faces USING (frame_index)"
            " WHERE smoothed IS NOT NULL"
        ):
            counts[people.number_of(face_id, time_us)] += 1
        seen = sorted(counts, key=lambda number: (-counts[number], number))
        return [
            (number, people.label(number)) for number in seen if not people.person(number).is_hidden
        ]


def read_person(path: Path, number: int) -> FaceSeries:
    """Return what was shown of a person in a session.

    Raises:
        StorageError: if it cannot be read.
    """
    with SessionReader(path) as reader, reading(path):
        people = reader.people
        names = {
            model: tuple(map(canonical, used.preset.labels))
            for model, used in reader.models_by_number.items()
        }
        labels = tuple(dict.fromkeys(label for each in names.values() for label in each))
        rows: dict[int, tuple[bytes, int]] = {}  # a person is in one place at a time
        for face_id, time_us, packed, model in reader.connection.execute(
            "SELECT face_id, timestamp_us, smoothed, model_id FROM frames"
            " JOIN faces USING (frame_index) WHERE smoothed IS NOT NULL"
            " ORDER BY timestamp_us, face_id"
        ):
            if people.number_of(face_id, time_us) == number:
                rows.setdefault(time_us, (packed, model))
        values = np.full((len(rows), len(labels)), np.nan)
        for at, (packed, model) in enumerate(rows.values()):
            values[at, [labels.index(label) for label in names[model]]] = probabilities(packed)
        return FaceSeries(np.array(list(rows), np.int64), labels, values)


def compare(first: FaceSeries, second: FaceSeries, offset_us: int = 0) -> Comparison:
    """Compare two series at the times of the first one.

    Readings belong together that are at most half a step of the slower series apart.

    Args:
        first, second: the series.
        offset_us: where the first one's time 0 lies on the second one's clock.
    """
    rows, others = _matched(first.times_us + offset_us, second.times_us)
    mine, yours = first.values[rows], second.values[others]
    labels = tuple(dict.fromkeys((*first.labels, *second.labels)))
    tops = [
        _most_likely(values, series.labels) for values, series in ((mine, first), (yours, second))
    ]
    differs = tops[0] != tops[1]
    differences = _stretches(first.times_us[rows], tops[0], tops[1], differs)
    means = tuple(
        LabelMeans(label, _mean(mine, first.labels, label), _mean(yours, second.labels, label))
        for label in labels
    )
    return Comparison(
        moments=len(rows),
        agreeing=int(len(rows) - differs.sum()),
        differences=tuple(differences[:_DIFFERENCES_MAX]),
        means=means,
        is_cut=len(differences) > _DIFFERENCES_MAX,
    )


def _matched(
    times_us: NDArray[np.int64], others_us: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which readings of both belong together, by position."""
    if not len(times_us) or not len(others_us):
        nothing = np.empty(0, np.intp)
        return nothing, nothing
    steps = [
        float(np.median(np.diff(times))) if len(times) > 1 else 0.0
        for times in (times_us, others_us)
    ]
    reach_us = max(_LEAST_STEP_US, *steps) / 2
    after = np.clip(np.searchsorted(others_us, times_us), 1, max(1, len(others_us) - 1))
    before = after - 1
    after = np.minimum(after, len(others_us) - 1)
    is_later = np.abs(others_us[after] - times_us) < np.abs(others_us[before] - times_us)
    nearest = np.where(is_later, after, before)
    (rows,) = np.nonzero(np.abs(others_us[nearest] - times_us) <= reach_us)
    return rows, nearest[rows]


def _most_likely(values: NDArray[np.float64], labels: Sequence[str]) -> NDArray[np.object_]:
    if not len(values):
        return np.empty(0, object)
    names: NDArray[np.object_] = np.array(labels, object)[
        np.nan_to_num(values, nan=-1.0).argmax(axis=1)
    ]
    return names


def _mean(values: NDArray[np.float64], labels: Sequence[str], label: str) -> float | None:
    if label not in labels:
        return None
    column = values[:, labels.index(label)]
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else None


def _stretches(
    times_us: NDArray[np.int64],
    first: NDArray[np.object_],
    second: NDArray[np.object_],
    differs: NDArray[np.bool_],
) -> list[Difference]:
    """Return neighbouring moments with the same difference as one."""
    found: list[Difference] = []
    former = -2
    for at in np.flatnonzero(differs).tolist():
        time_us, pair = int(times_us[at]), (str(first[at]), str(second[at]))
        last = found[-1] if found else None
        if last is not None and at == former + 1 and (last.first, last.second) == pair:
            found[-1] = Difference(last.from_us, time_us, *pair)
        else:
            found.append(Difference(time_us, time_us, *pair))
        former = at
    return found
