"""Measures are ticked, taken several at once, ordered, and described."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fer_desktop.ui.dialogs import measures_dialog
from fer_desktop.ui.dialogs.measures_dialog import MeasuresDialog
from fer_desktop.ui.look.measure_texts import chosen_text, measure_description, presets
from fer_desktop.vision.measure_catalogue import measure_names

pytestmark = pytest.mark.gui


def made(qtbot: QtBot, *chosen: str) -> MeasuresDialog:
    dialog = MeasuresDialog(chosen)
    qtbot.addWidget(dialog, before_close_func=MeasuresDialog.cancel)
    dialog.show()
    return dialog


def names(dialog: MeasuresDialog) -> list[str]:
    return [
        dialog.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(dialog.list.count())
    ]


def test_those_chosen_come_first_in_their_order(qtbot: QtBot) -> None:
    dialog = made(qtbot, "gaze", "of_an_absent_package", "head_pose")
    assert names(dialog)[:2] == ["gaze", "head_pose"]
    assert set(names(dialog)) == set(measure_names())
    assert dialog.answer() == ("gaze", "head_pose", "of_an_absent_package")
    assert not dialog.has_changes()
    assert dialog.preset.currentText() == "Custom"


@pytest.mark.parametrize("title", ["Expressions", "Facial actions", "Head and gaze", "All"])
def test_several_are_taken_at_once(qtbot: QtBot, title: str) -> None:
    dialog = made(qtbot, "mesh")
    dialog.preset.setCurrentText(title)
    dialog.preset.activated.emit(dialog.preset.currentIndex())
    assert set(dialog.answer()) == set(presets()[title])
    assert chosen_text(dialog.answer()) == title
    assert dialog.preset.currentText() == title
    dialog.list.item(0).setCheckState(
        Qt.CheckState.Checked
        if not dialog.list.item(0).checkState().value
        else Qt.CheckState.Unchecked
    )
    assert dialog.preset.currentText() == "Custom"


def test_the_order_is_changed_by_buttons(qtbot: QtBot) -> None:
    dialog = made(qtbot, "gaze", "head_pose")
    assert not dialog.up_button.isEnabled()
    dialog.down_button.click()
    assert dialog.answer() == ("head_pose", "gaze")
    assert dialog.list.currentRow() == 1
    dialog.up_button.click()
    assert dialog.answer() == ("gaze", "head_pose")
    dialog.list.setCurrentRow(dialog.list.count() - 1)
    assert not dialog.down_button.isEnabled()


def test_every_measure_of_our_own_is_described(qtbot: QtBot) -> None:
    dialog = made(qtbot)
    for row, name in enumerate(names(dialog)):
        dialog.list.setCurrentRow(row)
        assert dialog.description.text() == measure_description(name) != ""
        width = dialog.description.width()
        assert dialog.description.heightForWidth(width) <= dialog.description.height()


def test_a_computer_without_litert_is_told_what_it_can_measure(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures_dialog, "mesh_can_be_found", lambda: False)
    dialog = made(qtbot)
    notes = [label.text() for label in dialog.findChildren(QLabel)]
    assert any("Macs with Intel processors" in note for note in notes)
