"""A training that nobody decided about stays within reach."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import create_run
from tests.ui.conftest import Desk
from tests.ui.steps import messages

pytestmark = pytest.mark.gui


def test_a_leftover_training_is_in_the_menu_after_its_message_has_left(
    desk: Desk, qtbot: QtBot
) -> None:
    run = create_run(TrainingPlan(name="half", data=Path("/pictures"), system="x"))
    app = desk.start()
    action = app.window.acts.last_training
    qtbot.waitUntil(action.isVisible)
    assert action.text() == "Resume half…"
    app.window.messages.dismiss("training")
    assert "half" not in messages(app)
    action.trigger()
    assert app.window.training.job.run == run
    assert not action.isVisible()  # its window is there
    app.window.training.wizard.close()
    assert action.isVisible()


def test_without_a_leftover_training_the_menu_has_none(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start()
    qtbot.waitUntil(lambda: app.controller.model.preset is not None)
    assert not app.window.acts.last_training.isVisible()
