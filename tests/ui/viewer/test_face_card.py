"""A card explains the measure under the mouse."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from fer_desktop.domain.measures import Measurement, MeasureSpec
from fer_desktop.ui.viewer.face_card import FaceCard
from tests.recording.samples import face, scores

pytestmark = pytest.mark.gui

VALENCE = Measurement(MeasureSpec("valence", ("valence",)), (0.5,))
CAMERA = Measurement(MeasureSpec("looks_at_camera", ("looks_at_camera",)), (1.0,))
OTHER = Measurement(MeasureSpec("of_a_package", ("of_a_package",)), (0.5,))


def test_each_row_has_an_explanation_of_its_own(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = replace(face(1, raw=scores(0.7, 0.2, 0.1)), measurements=(VALENCE, CAMERA, OTHER))
    card = FaceCard(shown)
    qtbot.addWidget(card)
    card.resize(220, card.sizeHint().height())
    card.show()
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _, text, __: told.append(text))

    def ask(y: int) -> None:
        at = QPoint(60, y)
        card.event(QHelpEvent(QEvent.Type.ToolTip, at, card.mapToGlobal(at)))

    line = card.fontMetrics().height() * 1.12
    bottom = card.height() - 10
    ask(round(bottom - 2.5 * line))
    ask(round(bottom - 1.5 * line))
    assert told[0].startswith("Probability of happy minus")
    assert "FaceReader" in told[0]
    assert told[1].startswith("1 while the gaze")
    ask(round(bottom - 0.5 * line))  # of which nobody says anything
    ask(20)
    assert len(told) == 2
