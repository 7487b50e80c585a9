"""The wizard's first page with pictures that are there already: a real detector and trainer."""

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWizard
from pytestqt.qtbot import QtBot

from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import OpenFolder
from fer_desktop.ui.training.pictures.choose_view import OpenCsv
from fer_desktop.ui.training.pictures.pictures_page import PicturesPage
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.faces import face_crops, portrait, save
from tests.ui.conftest import Desk
from tests.ui.training.pages import shown_page

pytestmark = pytest.mark.gui

LIMIT_MS = 120_000  # the trainer imports its libraries
EACH = 12


class SlowDetector(MediaPipeFaceDetector):
    """Waits before each picture until the test lets it go on."""

    def __init__(self, may_go_on: threading.Semaphore) -> None:
        super().__init__()
        self._may_go_on = may_go_on

    def detect(self, pixels: np.ndarray, *, thorough: bool = False) -> list:
        if thorough:
            self._may_go_on.acquire()
        return super().detect(pixels, thorough=thorough)


@pytest.fixture
def app(desk: Desk) -> Application:
    return desk.start()


@pytest.fixture
def page(app: Application, qtbot: QtBot) -> Iterator[PicturesPage]:
    with shown_page(app, qtbot) as page:
        yield page


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    """Face crops of three expressions."""
    folder = tmp_path / "my faces"
    pictures = face_crops(3 * EACH)
    for at, picture in enumerate(pictures):
        label = ("happy", "sad", "wink")[at % 3]
        save(folder / label / f"{at}.png", picture)
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Photographs of two expressions, and some that cannot be used."""
    folder = tmp_path / "holiday"
    for at in range(8):
        save(folder / ("happy", "sad")[at % 2] / f"{at}.jpg", portrait(at))
    save(folder / "sad" / "two.jpg", np.hstack([portrait(2), portrait(3)]))
    save(folder / "sad" / "none.jpg", np.full((300, 400, 3), 120, np.uint8))
    return folder


def next_button(page: PicturesPage) -> object:
    return page.wizard().button(QWizard.WizardButton.NextButton)


def said(page: PicturesPage) -> str:
    return page.choose.note.text()


def texts(page: PicturesPage) -> str:
    return "\n".join(item.text for item in page.inspection.findings.findings)


def is_shown(page: PicturesPage) -> bool:
    return page.inspection.isVisible()


def test_a_folder_of_crops_is_shown_as_it_is(
    page: PicturesPage, crops: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not page.isComplete()
    assert not next_button(page).isEnabled()
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: crops)
    qtbot.mouseClick(page.choose.folder_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    assert is_shown(page)
    assert next_button(page).isEnabled()
    assert page.inspection.heading.text() == "36 pictures of 3 expressions"
    assert [(bar.label, bar.number) for bar in page.inspection.bars.bars] == [
        ("happy", "12"),
        ("sad", "12"),
        ("wink", "12"),
    ]
    assert "Few pictures of happy, sad, wink" in texts(page)
    bar = page.inspection.bars.bars[2]
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton)
    assert bar.isChecked()
    assert page.inspection.sheet.count == 12
    assert page.inspection.sheet_title.text().startswith("wink: 10 for training, 1 for validation")
    chosen = page.dataset()
    assert (chosen.path, chosen.votes) == (crops, None)
    assert chosen.labels == {"happy": 12, "sad": 12, "wink": 12}
    page.wizard().next()
    assert page.wizard().currentPage() is not page


def test_photographs_are_cropped_into_a_folder_that_is_named(
    page: PicturesPage, photos: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.use(photos)
    qtbot.waitUntil(page.photos.start_button.isVisible)
    assert page.photos.heading.text() == "Pictures that may be whole photographs: 10"
    assert page.photos.folder.folder.name == "Faces of holiday"
    assert not page.photos.folder.folder.exists()
    target = tmp_path / "cut out"
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: target)
    page.photos.folder.button.click()
    assert page.photos.folder.label.toolTip() == str(target)
    page.photos.start_button.click()
    qtbot.waitUntil(lambda: is_shown(page), timeout=LIMIT_MS)
    # Four of each are too few, and that is said.
    assert not page.isComplete()
    assert "Too few pictures of happy, sad" in texts(page)
    assert page.inspection.place.text().replace("\u200b", "") == str(target)
    (unused,) = [item for item in page.inspection.findings.findings if item.details]
    assert unused.text == "Skipped files: 2."
    assert unused.details == (
        "sad/none.jpg: no face was found in it",
        "sad/two.jpg: 2 faces were found in it",
    )
    page.inspection.findings.buttons[0].click()
    assert "two.jpg: 2 faces" in page.inspection.findings.details.toPlainText()
    assert len(list(target.rglob("*.png"))) == 8


def test_faces_are_not_mixed_with_anything_else(
    page: PicturesPage, photos: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.use(photos)
    qtbot.waitUntil(page.photos.start_button.isVisible)
    for inside in (photos, photos / "happy"):
        monkeypatch.setattr(OpenFolder, "ask", lambda *_, inside=inside: inside)
        page.photos.folder.button.click()
        assert "lies in the folder of photographs" in page.photos.note.text()
        assert not page.photos.start_button.isEnabled()
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "letter.txt").touch()
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: tmp_path / "documents")
    page.photos.folder.button.click()
    assert page.photos.folder.folder == tmp_path / "documents" / "Faces of holiday"
    assert page.photos.note.text() == ""
    assert page.photos.start_button.isEnabled()


def test_crops_that_are_large_need_no_other_folder(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot
) -> None:
    for at, crop in enumerate(face_crops(12, 200)):
        save(tmp_path / "large" / ("happy", "sad")[at % 2] / f"{at}.png", crop)
    page.use(tmp_path / "large")
    qtbot.waitUntil(page.photos.start_button.isVisible)
    page.photos.start_button.click()
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    assert page.dataset().path == tmp_path / "large"
    assert not page.photos.folder.folder.exists()


def test_cropping_stops_and_goes_on(
    app: Application, photos: Path, qtbot: QtBot, page: PicturesPage
) -> None:
    may_go_on = threading.Semaphore(2)
    page._jobs._make_detector = lambda: SlowDetector(may_go_on)
    page.use(photos)
    qtbot.waitUntil(page.photos.start_button.isVisible)
    page.photos.start_button.click()
    qtbot.waitUntil(lambda: page.photos.progress.text() == "2 of 10", timeout=LIMIT_MS)
    page.photos.stop_button.click()
    may_go_on.release(100)
    assert page.photos.note.text().startswith("Stopped. The faces cropped so far are kept in")
    qtbot.waitUntil(lambda: not app.background.is_busy)
    kept = len(list(page.photos.folder.folder.rglob("*.png")))
    assert 1 <= kept < 8
    assert page.photos.start_button.text() == "Continue"
    page.photos.start_button.click()
    qtbot.waitUntil(lambda: is_shown(page), timeout=LIMIT_MS)
    assert page.inspection.heading.text() == "8 pictures of 2 expressions"


def test_going_on_at_once_waits_for_the_last_step(
    app: Application, photos: Path, qtbot: QtBot, page: PicturesPage
) -> None:
    may_go_on = threading.Semaphore(0)
    page._jobs._make_detector = lambda: SlowDetector(may_go_on)
    page.use(photos)
    qtbot.waitUntil(page.photos.start_button.isVisible)
    for _ in range(3):
        page.photos.start_button.click()
        page.photos.stop_button.click()
    page.photos.start_button.click()
    may_go_on.release(100)
    qtbot.waitUntil(lambda: is_shown(page), timeout=LIMIT_MS)
    assert page.inspection.heading.text() == "8 pictures of 2 expressions"


def test_a_full_disk_while_cropping_is_one_message(
    page: PicturesPage, photos: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves, room = Image.Image.save, iter(range(3))

    def fill_up(image: Image.Image, *args: object, **options: object) -> None:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        saves(image, *args, **options)

    page.use(photos)
    qtbot.waitUntil(page.photos.start_button.isVisible)
    with monkeypatch.context() as patch:
        patch.setattr(Image.Image, "save", fill_up)
        page.photos.start_button.click()
        qtbot.waitUntil(lambda: "disk is full" in page.photos.note.text(), timeout=LIMIT_MS)
    assert page.photos.note.property("role") == "error"
    assert "kept in" in page.photos.note.text()
    assert len(list(page.photos.folder.folder.rglob("*.png"))) == 3
    page.photos.start_button.click()
    qtbot.waitUntil(lambda: is_shown(page), timeout=LIMIT_MS)


def test_photographs_that_vanish_are_one_message(
    page: PicturesPage, photos: Path, qtbot: QtBot
) -> None:
    may_go_on = threading.Semaphore(2)
    page._jobs._make_detector = lambda: SlowDetector(may_go_on)
    page.use(photos)
    qtbot.waitUntil(page.photos.start_button.isVisible)
    page.photos.start_button.click()
    qtbot.waitUntil(lambda: page.photos.progress.text() == "2 of 10", timeout=LIMIT_MS)
    shutil.rmtree(photos)
    may_go_on.release(100)
    qtbot.waitUntil(lambda: "no longer exists" in page.photos.note.text(), timeout=LIMIT_MS)


def test_keys_never_reach_the_button_that_closes(
    page: PicturesPage, crops: Path, photos: Path, qtbot: QtBot
) -> None:
    def has_focus() -> bool:
        return page.isAncestorOf(page.wizard().focusWidget())

    assert has_focus()
    page.use(photos)
    assert has_focus()
    qtbot.waitUntil(page.photos.start_button.isVisible)
    assert page.wizard().focusWidget() is page.photos.start_button
    page.choose.camera_button.click()
    assert has_focus()
    page.use(crops)
    assert page.wizard().focusWidget() is page.photos.stop_button
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    assert has_focus()


def test_the_menu_opens_the_wizard_on_this_page(
    app: Application, crops: Path, photos: Path, qtbot: QtBot
) -> None:
    app.window.acts.train_model.trigger()
    wizard = app.window.training.wizard
    assert wizard is not None
    page = wizard.pictures_page
    assert isinstance(page, PicturesPage)
    assert wizard.currentPage() is page
    page.use(crops)
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    wizard.next()
    assert wizard.currentPage() is wizard.start_page
    wizard.back()
    assert page.isComplete()
    page.use(photos)
    qtbot.waitUntil(page.photos.start_button.isVisible)
    page.photos.start_button.click()
    wizard.close_unasked()
    qtbot.waitUntil(lambda: not app.background.is_busy)
    assert app.window.training.wizard is None


def spoil_nothing(folder: Path) -> None:
    folder.mkdir()


def one_label(folder: Path) -> None:
    for at, crop in enumerate(face_crops(6)):
        save(folder / "happy" / f"{at}.png", crop)


def unreadable(folder: Path) -> None:
    for at in range(12):
        path = folder / ("happy", "sad")[at % 2] / f"{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89PNG\r\n\x1a\n broken")


def no_folders(folder: Path) -> None:
    save(folder / "one.png", face_crops(1)[0])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (spoil_nothing, "is empty"),
        (one_label, "one label only, happy"),
        (unreadable, "contains no faces"),
        (no_folders, "none in a folder named after a label"),
        (lambda folder: None, "no longer exists"),
        (lambda folder: folder.write_bytes(b"x"), "neither a folder nor a CSV"),
    ],
)
def test_what_nobody_can_learn_from_is_one_message(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot, make: Callable[[Path], object], words: str
) -> None:
    make(tmp_path / "pictures")
    page.use(tmp_path / "pictures")
    qtbot.waitUntil(lambda: words in said(page), timeout=LIMIT_MS)
    assert page.choose.isVisible()
    assert page.choose.note.property("role") == "error"
    assert not page.isComplete()


def test_three_pictures_of_an_expression_are_too_few(
    page: PicturesPage, crops: Path, qtbot: QtBot
) -> None:
    for path in sorted((crops / "wink").iterdir())[3:]:
        path.unlink()
    (crops / "happy" / "broken.png").write_bytes(b"no picture")
    page.use(crops)
    qtbot.waitUntil(lambda: is_shown(page), timeout=LIMIT_MS)
    assert not page.isComplete()
    assert "Too few pictures of wink" in texts(page)
    assert "Skipped files: 1." in texts(page)
    # Put right outside of the window, it is looked at again.
    shutil.rmtree(crops / "wink")
    page.again_button.click()
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    assert list(page.dataset().labels) == ["happy", "sad"]


def test_a_csv_is_read_by_the_trainer(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "faces.csv"
    rows = [
        f"{label},{' '.join(map(str, crop.ravel()))},Training"
        for label, crop in zip([3, 4] * 12, face_crops(24), strict=True)
    ]
    file.write_text("\n".join(["emotion,pixels,Usage", *rows]), encoding="utf-8")
    monkeypatch.setattr(OpenCsv, "ask", lambda *_: file)
    page.choose.csv_button.click()
    qtbot.waitUntil(lambda: is_shown(page), timeout=LIMIT_MS)
    # Labels without pictures are not shown; all rows are to learn from, so none is left to test.
    assert [bar.label for bar in page.inspection.bars.bars] == ["happy", "sad"]
    assert not page.isComplete()
    assert "No pictures are left for validation and testing" in texts(page)


def test_what_the_trainer_refuses_is_said_in_its_words(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("name,age\nAda,36\n", encoding="utf-8")
    page.use(file)
    qtbot.waitUntil(lambda: "no column emotion" in said(page), timeout=LIMIT_MS)
    assert page.choose.isVisible()


def test_what_is_dropped_is_used(page: PicturesPage, tmp_path: Path, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    event = QDropEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    page.dropEvent(event)
    qtbot.waitUntil(lambda: "is empty" in said(page))


def test_pictures_that_vanish_before_the_next_page_are_noticed(
    page: PicturesPage, crops: Path, qtbot: QtBot
) -> None:
    page.use(crops)
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    shutil.rmtree(crops)
    next_button(page).click()
    assert page.wizard().currentPage() is page
    assert "no longer exists" in said(page)
    assert not page.isComplete()


def test_looking_can_be_stopped(page: PicturesPage, crops: Path, qtbot: QtBot) -> None:
    page.use(crops)
    qtbot.waitUntil(lambda: page._jobs._call.is_running)
    page.photos.stop_button.click()
    assert page.choose.isVisible()
    assert not page._jobs.is_busy
    assert said(page) == ""


@pytest.mark.parametrize("state", ["finding", "cropping", "inspecting", "shown"])
def test_the_wizard_can_be_closed_at_any_moment(
    app: Application, page: PicturesPage, crops: Path, photos: Path, qtbot: QtBot, state: str
) -> None:
    may_go_on = threading.Semaphore(1)
    page._jobs._make_detector = lambda: SlowDetector(may_go_on)
    page.use(photos if state == "cropping" else crops)
    if state == "cropping":
        qtbot.waitUntil(page.photos.start_button.isVisible)
        page.photos.start_button.click()
        qtbot.waitUntil(lambda: page.photos.progress.text() == "1 of 10", timeout=LIMIT_MS)
    elif state == "inspecting":
        qtbot.waitUntil(lambda: page._jobs._call.is_running)
    elif state == "shown":
        qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    sheets = page._jobs._sheets
    page.shut_down()
    page.wizard().close()
    may_go_on.release(100)
    assert not page._jobs.is_busy
    assert sheets is None or not Path(sheets.name).exists()
    qtbot.waitUntil(lambda: not app.background.is_busy)


def test_labels_are_renamed_joined_and_left_out_in_a_table(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "my faces"
    for at, picture in enumerate(face_crops(4 * EACH)):
        label = ("rage", "angry", "sad", "unclear")[at % 4]
        save(folder / label / f"person {at % 3}" / f"{at}.png", picture)
    page.use(folder)
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    view = page.inspection.labels
    assert "a folder for each label, with one for each person in it" in (
        page.inspection.layout_line.text()
    )
    assert "3 persons, told by the folders." in texts(page)
    assert not view.isVisible()
    qtbot.mouseClick(page.inspection.labels_button, Qt.MouseButton.LeftButton)
    assert view.isVisible()
    own = [view.table.item(row, 0).text() for row in range(view.table.rowCount())]
    assert sorted(own) == ["angry", "rage", "sad", "unclear"]
    assert not view.apply_button.isEnabled()
    view.table.item(own.index("rage"), 1).setText(" angry ")
    view.table.item(own.index("unclear"), 1).setText("")
    assert view.apply_button.isEnabled()
    qtbot.mouseClick(view.apply_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.isComplete())
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    chosen = page.dataset()
    assert chosen.labels == {"angry": 24, "sad": 12}
    assert chosen.label_map == "rage=angry,unclear="
    assert "left out for their label: unclear (12)" in texts(page)
    assert view.table.item(own.index("rage"), 1).text() == "angry"
    qtbot.mouseClick(page.again_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    assert page.dataset().label_map == "rage=angry,unclear="
    page.use(tmp_path / "gone")
    assert "no longer exists" in said(page)


def test_an_archive_is_taken_as_it_is(
    page: PicturesPage, crops: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    archive = shutil.make_archive(str(tmp_path / "faces"), "zip", crops)
    page.use(Path(archive))
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    assert page.dataset().labels == {"happy": 12, "sad": 12, "wink": 12}
    assert "in an archive" in page.inspection.layout_line.text()


def test_a_cleaned_copy_is_listed_first_then_written_and_used(
    page: PicturesPage, crops: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sorted((crops / "happy").iterdir())[0]
    shutil.copyfile(first, crops / "happy" / "again.png")
    save(crops / "sad" / "blank.png", np.full((48, 48), 7, np.uint8))
    before = {path: path.read_bytes() for path in crops.rglob("*.png")}
    page.use(crops)
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)

    page.clean_button.click()
    assert not page.isComplete()  # the copy was asked for, not the pictures as they are
    qtbot.waitUntil(page.cleaned.write_button.isEnabled, timeout=LIMIT_MS)
    said_of_it = [(row.text, row.details) for row in page.cleaned.findings.findings]
    assert [text for text, _ in said_of_it] == [
        "Blank pictures, of one colour only: 1.",
        "Exact copies, of which one stays: 1.",
    ]
    assert said_of_it[0][1] == ("sad/blank.png: it has one colour only",)
    assert page.cleaned.note.text() == "It would have 36 pictures of 48 x 48 pixels."
    target = page.cleaned.folder.folder
    assert target.name == "Cleaned copy of my faces"
    assert not target.exists()

    monkeypatch.setattr(OpenFolder, "ask", lambda *_: crops / "inside")
    page.cleaned.folder.button.click()
    assert "lies in the folder of the pictures" in page.cleaned.note.text()
    assert not page.cleaned.write_button.isEnabled()
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: target)
    page.cleaned.folder.button.click()
    page.cleaned.write_button.click()
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    assert page.dataset().path == target
    assert page.inspection.heading.text() == "36 pictures of 3 expressions"
    assert {path: path.read_bytes() for path in crops.rglob("*.png")} == before


def test_a_cleaned_copy_can_be_left(page: PicturesPage, crops: Path, qtbot: QtBot) -> None:
    page.use(crops)
    qtbot.waitUntil(page.isComplete, timeout=LIMIT_MS)
    page.clean_button.click()
    page.cleaned.back_button.click()
    assert page.isComplete()
    assert page.inspection.isVisible()
    page.clean_button.click()
    qtbot.waitUntil(lambda: bool(page.cleaned.findings.findings), timeout=LIMIT_MS)
    assert page.cleaned.findings.findings[0].kind == "good"
    assert not page.cleaned.write_button.isEnabled()
    page.cleaned.folder.changed.emit()  # another place makes no use of it
    assert not page.cleaned.write_button.isEnabled()
