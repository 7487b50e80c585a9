"""Label mistakes in the thumbnails: chosen by mouse or key, put right, taken back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from fer_desktop.training.inspection import Inspection, LabelCount
from fer_desktop.training.label_fixes import REMOVED, LabelFixes
from fer_desktop.ui.training.fix_menu import Fix, FixMenu
from fer_desktop.ui.training.pictures.inspection_view import InspectionView

pytestmark = pytest.mark.gui

NAMES = tuple(f"happy/{number}.png" for number in range(6))


@pytest.fixture
def view(qtbot: QtBot, tmp_path: Path) -> InspectionView:
    sheet = np.random.default_rng(0).integers(0, 256, (48, 16 * 48), np.uint8)
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    found = Inspection(
        counts={"happy": LabelCount(4, 1, 1), "sad": LabelCount(4, 1, 1)},
        copies=0,
        leaks=0,
        near_pairs=0,
        contradictions=0,
        flat=(),
        left_out=(),
        sheets={"happy": tmp_path / "sheet.png"},
        sheet_names={"happy": NAMES},
    )
    view = InspectionView()
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show_inspection(tmp_path, found, LabelFixes(tmp_path))
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_a_face_is_put_right_left_out_and_taken_back(
    view: InspectionView, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert view.fixes_note.text() == "Click a face to correct its label."
    asked = []
    answers = iter([Fix("sad"), Fix(REMOVED), Fix(None), None])

    def ask(parent: QWidget, place: QPoint, labels: object, given: str, fixed: str | None):
        asked.append((list(labels), given, fixed))
        return next(answers)

    monkeypatch.setattr(FixMenu, "ask", ask)
    before = view.sheet.grab().toImage()
    qtbot.mouseClick(view.sheet, Qt.MouseButton.LeftButton, pos=QPoint(70, 20))
    assert LabelFixes(tmp_path).labels == {NAMES[1]: "sad"}
    assert view.sheet.grab().toImage() != before
    view.sheet.setFocus()
    qtbot.keyClick(view.sheet, Qt.Key.Key_Right)
    qtbot.keyClick(view.sheet, Qt.Key.Key_Return)
    assert LabelFixes(tmp_path).labels == {NAMES[1]: "sad", NAMES[2]: REMOVED}
    assert view.fixes_note.text().startswith("1 label corrected, 1 picture left out")
    qtbot.mouseClick(view.sheet, Qt.MouseButton.LeftButton, pos=QPoint(70, 20))
    qtbot.mouseClick(view.sheet, Qt.MouseButton.LeftButton, pos=QPoint(70, 20))
    assert LabelFixes(tmp_path).labels == {NAMES[2]: REMOVED}
    assert asked == [
        (["happy", "sad"], "happy", None),
        (["happy", "sad"], "happy", None),
        (["happy", "sad"], "happy", "sad"),
        (["happy", "sad"], "happy", None),
    ]
    with qtbot.waitSignal(view.fixes_cleared):
        view.undo_button.click()
    assert LabelFixes(tmp_path).labels == {}
    assert not view.undo_button.isVisible()


def test_beside_the_tiles_nothing_is_chosen(
    view: InspectionView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FixMenu, "ask", lambda *_: pytest.fail("nothing was clicked"))
    qtbot.mouseClick(view.sheet, Qt.MouseButton.LeftButton, pos=QPoint(58, 20))  # between two
    view.choose("sad")  # of which there is no sheet
    assert view.sheet.names == ()
    assert view.fixes_note.text() == ""


@pytest.mark.parametrize(
    ("text", "fixed", "wanted"),
    [
        ("sad", None, Fix("sad")),
        ("happy", None, Fix(None)),
        ("happy", "sad", Fix("happy")),
        ("Leave this picture out", None, Fix("")),
        ("As in your files", "sad", Fix(None)),
        ("As in your files", None, None),
    ],
)
def test_the_menu_says_what_is_wanted(
    qtbot: QtBot, text: str, fixed: str | None, wanted: Fix | None
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = FixMenu(parent, ["happy", "sad"], "happy", fixed)
    found = {action.text(): fix for action, fix in menu.choices.items()}
    assert found.get(text) == wanted
    checked = [action.text() for action in menu.choices if action.isChecked()]
    assert checked == [fixed or "happy"]
