"""Which labels a model shall tell apart."""

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.ui.training.planning.label_choice import LabelChoice

pytestmark = pytest.mark.gui


def test_after_another_check_the_counts_are_new_and_the_choice_is_kept(qtbot: QtBot) -> None:
    choice = LabelChoice()
    qtbot.addWidget(choice)
    choice.show_labels({"happy": 60, "sad": 63, "surprise": 57}, [])
    choice.boxes["happy"].setChecked(False)
    choice.show_labels({"happy": 60, "sad": 61, "surprise": 58}, [])
    assert [box.text() for box in choice.boxes.values()] == [
        "happy (60)", "sad (61)", "surprise (58)",
    ]  # fmt: skip
    assert choice.chosen == ("sad", "surprise")
