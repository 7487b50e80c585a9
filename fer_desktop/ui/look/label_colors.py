"""The palette of the labels as Qt colours."""

from functools import cache
from typing import Final

from PySide6.QtGui import QColor

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.palette import color_for

_NO_LABEL: Final = "#d8dce1"


@cache
def label_color(label: str) -> QColor:
    """Return the colour of a label."""
    return QColor(color_for(label))


def face_color(face: FaceAnalysis) -> QColor:
    """Return the colour of a face: that of its expression, light gray before a model is ready."""
    return label_color(face.smoothed.emotion) if face.smoothed else QColor(_NO_LABEL)
