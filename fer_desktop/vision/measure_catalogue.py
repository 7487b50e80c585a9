"""Which measures there are: our own, and entry points of the group ``fer_desktop.measures``.

An entry point names a ``Measure`` or a ``MeshMeasure`` whose key is the entry point's name.
"""

import math
import re
from collections.abc import Iterable
from typing import Final

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.measures import LANDMARKS, LIGHT, MESH, MeasureSpec
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.valence import valence
from fer_desktop.plugins import extensions, report
from fer_desktop.vision.engines.availability import is_installed
from fer_desktop.vision.measuring import Measure, MeshMeasure, each_face
from fer_desktop.vision.mesh_measures import MESH_MEASURES
from trainer.contract.entry_points import Offer, described
from trainer.contract.text import one_line

GROUP: Final = "fer_desktop.measures"
_MOST_CHANNELS: Final = 4096
# They become names of columns, which every program for tables shall take.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_UNIT: Final = re.compile(r"[A-Za-z0-9_]{0,16}")


def measure_names() -> tuple[str, ...]:
    """Return the keys of all measures, our own first; nothing is imported for it."""
    return (*_BUILT_IN, *_EXTENSIONS.names())


def all_measures() -> tuple[str, ...]:
    """Return the keys of what "all" takes: not the mesh, which is large, and for who names it."""
    return tuple(name for name in measure_names() if name != MESH)


def mesh_can_be_found() -> bool:
    """Tell whether this computer has what finds a face's mesh, without loading it."""
    return is_installed("ai_edge_litert")


def own_measures() -> tuple[MeasureSpec, ...]:
    """Return the measures that come with the application."""
    return tuple(measure.spec for measure in _OWN)


def chosen_measures(names: Iterable[str]) -> tuple[Measure | MeshMeasure, ...]:
    """Return measures by their keys; one that cannot be used is told of and left out."""
    found = []
    for name in dict.fromkeys(names):
        measure = _BUILT_IN.get(name) or _EXTENSIONS.get(name)
        if measure is not None:
            found.append(measure)
        elif name not in measure_names():  # else it was told why it cannot be used
            report(f"There is no measure {one_line(name)!r}.")
    return tuple(found)


def _head_roll(_: Frame, face: FaceAnalysis) -> tuple[float] | None:
    eyes = face.detection.eyes
    if eyes is None:
        return None
    (right_x, right_y), (left_x, left_y) = eyes
    return (math.degrees(math.atan2(left_y - right_y, left_x - right_x)),)


HEAD_ROLL: Final = Measure(
    # Of the line from the person's right eye to the left one, clockwise in the picture.
    MeasureSpec("head_roll", ("head_roll",), "deg", (-45.0, 45.0)),
    each_face(_head_roll),
)


def _valence(scores: EmotionScores | None) -> tuple[float] | None:
    found = None if scores is None else valence(scores)
    return None if found is None else (found,)


_BOTH_WAYS: Final = (-1.0, 1.0)
VALENCE: Final = Measure(
    MeasureSpec("valence", ("valence",), "", _BOTH_WAYS),
    each_face(lambda _, face: _valence(face.scores)),
)
VALENCE_CORRECTED: Final = Measure(
    MeasureSpec("valence_corrected", ("valence_corrected",), "", _BOTH_WAYS),
    each_face(lambda _, face: _valence(face.corrected)),
)
_OWN: Final = (HEAD_ROLL, VALENCE, VALENCE_CORRECTED, *MESH_MEASURES)
_BUILT_IN: Final = {measure.spec.key: measure for measure in _OWN}


def _checked(offer: Offer, extension: object) -> Measure | MeshMeasure:
    if not isinstance(extension, Measure | MeshMeasure):
        raise TypeError(f"it must be a Measure, and is {described(extension)}")
    spec = extension.spec
    if spec.key != offer.name:
        raise ValueError(f"it calls itself {spec.key!r}: both names must be the same")
    if not 1 <= len(spec.channels) <= _MOST_CHANNELS:
        raise ValueError(f"it has {len(spec.channels)} channels, and must have 1 to 4096")
    if len(set(spec.columns)) != len(spec.channels):
        raise ValueError("two of its channels have one name")
    for name in (spec.key, *spec.channels):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of letters, digits and _")
    if not _UNIT.fullmatch(spec.unit):
        raise ValueError(f"its unit {spec.unit!r} is no word of letters, digits and _")
    if spec.range is not None:
        low, high = spec.range
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"its range {spec.range} is none")
    return extension


def _taken() -> tuple[str, ...]:
    return (*_BUILT_IN, LANDMARKS, LIGHT)


_EXTENSIONS: Final = extensions(GROUP, _checked, taken=_taken)
