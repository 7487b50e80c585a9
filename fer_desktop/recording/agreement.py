"""How far raters agree with each other and with the model, beyond what chance would bring.

Time is divided into steps, because neighbouring frames show nearly the same: in each step in which
a face was analysed, a label counts that covers most of its frames. Only steps that both sides
labelled are compared, and only where the face is not hidden: what is exported leaves it out as
well. Cohen's kappa (1960) is scikit-learn's; Krippendorff's alpha for nominal data (2011) is
NLTK's: the package krippendorff may not be combined with our licence.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_desktop.domain.corrections import RaterLabels, raters_of
from fer_desktop.recording.session_reader import SessionReader, reading
from fer_desktop.recording.text_cells import text_cell
from trainer.contract.labels import canonical

STEP_MS_MIN, STEP_MS_USUAL, STEP_MS_MAX = 20, 200, 60_000
# What is said of each step: rater by rater, the model last.
_Steps = dict[tuple[int, int], dict[str, str]]
_FRAMES: Final = (
    "SELECT timestamp_us, face_id, smoothed, model_id FROM faces JOIN frames USING (frame_index)"
    " WHERE face_id = ? ORDER BY timestamp_us"
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two sides compared, or all raters at once.

    Attributes:
        sides: who.
        n: steps that two sides at least have labelled.
        agreed: share of pairs of labels in them that are the same; None without a step.
        kappa: Cohen's, of two sides; None where it is not defined.
        alpha: Krippendorff's; None where it is not defined.
        problem: why something is not defined, a sentence.
    """

    sides: tuple[str, ...]
    n: int
    agreed: float | None
    kappa: float | None
    alpha: float | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SessionAgreement:
    """Everybody who labelled a session, compared.

    Attributes:
        step_us: length of the steps.
        between: pairs of raters, and all of them together where they are more than two.
        with_model: each rater and the model.
    """

    step_us: int
    between: tuple[Agreement, ...]
    with_model: tuple[Agreement, ...]


def agreement_of(session: Path, step_ms: int) -> SessionAgreement:
    """Compare all raters of a session, and each with the model, as it is shown (smoothed).

    Args:
        session: the file; it may still be written.
        step_ms: length of the steps.

    Raises:
        StorageError: if the session cannot be read.
    """
    step_us = 1000 * min(max(step_ms, STEP_MS_MIN), STEP_MS_MAX)
    with SessionReader(session) as reader:
        corrections = reader.people.visible_corrections(reader.corrections())
        times_us = sorted(reader.times_us())
        raters = raters_of(corrections)
        names = dict.fromkeys(used.preset.name for used in reader.models)
        lookups = {name: RaterLabels(corrections, name, times_us) for name in raters}
        with reading(session):
            steps = _steps(reader, {one.face_id for one in corrections}, lookups, step_us)
    between = [compared(steps, pair) for pair in combinations(raters, 2)]
    if len(raters) > 2:
        between.append(compared(steps, tuple(raters)))
    with_model = [
        compared(steps, (name, _MODEL), named=(name, " + ".join(names))) for name in raters
    ]
    return SessionAgreement(step_us, tuple(between), tuple(with_model))


_MODEL: Final = "\0model"  # no rater is called so


def _steps(
    reader: SessionReader,
    faces: set[int],
    lookups: Mapping[str, RaterLabels],
    step_us: int,
) -> _Steps:
    """Return what each side says of each face in each step of time."""
    people = reader.people
    labels = {number: used.preset.labels for number, used in reader.models_by_number.items()}
    counts: dict[tuple[int, int], dict[str, Counter[str]]] = {}
    for face_id in sorted(faces):
        for time_us, _, smoothed, model in reader.connection.execute(_FRAMES, (face_id,)):
            if not people.shows(face_id, time_us):
                continue
            said = {name: lookup.at(face_id, time_us) for name, lookup in lookups.items()}
            if not any(said.values()):
                continue
            if smoothed is not None:
                said[_MODEL] = labels[model][int(np.frombuffer(smoothed, "<f4").argmax())]
            step = counts.setdefault((face_id, time_us // step_us), {})
            for name, label in said.items():
                if label:
                    step.setdefault(name, Counter())[canonical(label)] += 1
    # Of labels that are equally frequent the first one counts.
    return {
        key: {name: found.most_common(1)[0][0] for name, found in step.items()}
        for key, step in counts.items()
    }


def compared(
    steps: Mapping[Any, Mapping[str, str]],
    sides: tuple[str, ...],
    named: tuple[str, ...] | None = None,
) -> Agreement:
    """Compare what sides say.

    Args:
        steps: labels by side, of each step.
        sides: who is compared.
        named: what they are called, if otherwise.
    """
    units = [[step[side] for side in sides if side in step] for step in steps.values()]
    units = [labels for labels in units if len(labels) > 1]
    names = sides if named is None else named
    if not units:
        return Agreement(names, 0, None, None, None, "No moment was labelled by both.")
    used = sorted({label for labels in units for label in labels})
    agreed = float(np.mean([_same_pairs(labels) for labels in units]))
    if len(used) == 1:
        problem = f"Only {used[0]} was given: chance alone would agree, so neither is defined."
        return Agreement(names, len(units), agreed, None, None, problem)
    alpha = krippendorff_alpha(units)
    if len(sides) > 2:
        return Agreement(names, len(units), agreed, None, alpha)
    from sklearn.metrics import cohen_kappa_score

    one, other = zip(*units, strict=True)
    kappa = float(cohen_kappa_score(one, other, labels=used))
    return Agreement(names, len(units), agreed, kappa, alpha)


def krippendorff_alpha(units: Sequence[Sequence[str]]) -> float:
    """Return alpha for nominal data.

    Args:
        units: the labels that were given to each, two at least; two labels at least in all.
    """
    from nltk.metrics.agreement import AnnotationTask

    # Who gave a label makes no difference to alpha.
    given = [
        (rater, at, label) for at, unit in enumerate(units) for rater, label in enumerate(unit)
    ]
    return float(AnnotationTask(given).alpha())


def _same_pairs(labels: Sequence[str]) -> float:
    pairs = list(combinations(labels, 2))
    return sum(one == other for one, other in pairs) / len(pairs)


def table_rows(found: SessionAgreement) -> Iterator[list[str]]:
    """Yield the rows of a table of agreement, its header first."""
    yield ["sides", "step_s", "n", "agreement", "cohen_kappa", "krippendorff_alpha", "note"]
    for one in (*found.between, *found.with_model):
        numbers = ("" if x is None else f"{x:.6f}" for x in (one.agreed, one.kappa, one.alpha))
        sides, step = text_cell(" / ".join(one.sides)), f"{found.step_us / 1e6:g}"
        yield [sides, step, str(one.n), *numbers, one.problem]
