"""The wizard's first page: pictures to learn from, and what is in them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
    QWizardPage,
)  # fmt: skip

from fer_desktop import paths
from fer_desktop.errors import FerError
from fer_desktop.training.corrected_pictures import INDEX_FILE
from fer_desktop.training.inspection import Inspection
from fer_desktop.training.job_progress import Work
from fer_desktop.training.label_fixes import LabelFixes
from fer_desktop.training.photo_crops import CropReport
from fer_desktop.training.picture_folder import (
    LayoutError,
    LeftOut,
    PicturesError,
    Survey,
    free_folder,
    is_used,
    vanished,
)
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.training.collecting.collection_page import CollectionPage, FindCameras
from fer_desktop.ui.training.pictures.choose_view import READ_BY_TRAINER, ChooseView
from fer_desktop.ui.training.pictures.chosen_pictures import ChosenPictures
from fer_desktop.ui.training.pictures.cleaned_copy import CleanedCopy
from fer_desktop.ui.training.pictures.inspection_view import InspectionView
from fer_desktop.ui.training.pictures.photos_view import PhotosView
from fer_desktop.ui.training.pictures.picture_jobs import PictureJobs
from fer_desktop.ui.widgets.drops import dropped_paths
from fer_desktop.vision.ports import FaceDetector


class PicturesPage(QWizardPage):
    """Chooses or collects pictures, cuts faces out of photographs, and shows what there is.

    Attributes:
        choose, photos, collection, inspection, cleaned: what the page shows, one at a time.
    """

    def __init__(
        self,
        controller: Controller,
        background: Background,
        find_cameras: FindCameras,
        make_detector: Callable[[], FaceDetector],
        parent: QWidget | None = None,
    ) -> None:
        """Take what the page stands on.

        Args:
            controller: lends the camera.
            background: runs the jobs; outlives the page.
            find_cameras: returns the cameras that can be opened.
            make_detector: makes what finds faces in photographs; called off the GUI thread.
            parent: the wizard.
        """
        super().__init__(parent)
        self._jobs = PictureJobs(background, make_detector, self)
        self._survey: Survey | None = None
        self._left_out: tuple[LeftOut, ...] = ()
        self._path: Path | None = None
        self._label_map = ""
        self._fixes: LabelFixes | None = None
        self._found: Inspection | None = None
        self.setTitle(self.tr("Pictures"))
        self.setAcceptDrops(True)
        self.choose = ChooseView(self)
        self.photos = PhotosView(self)
        self.collection = CollectionPage(controller, find_cameras, self._jobs, self)
        self.inspection = InspectionView(self)
        self.cleaned = CleanedCopy(self)
        self.other_button = QPushButton(self.tr("Other pictures"), self)
        self.more_button = QPushButton(self.tr("Collect more"), self)
        self.again_button = QPushButton(self.tr("Check again"), self)
        self.again_button.setToolTip(self.tr("Check the folder again after changing it"))
        self.clean_button = QPushButton(self.tr("Cleaned copy…"), self)
        self.clean_button.setToolTip(
            self.tr("Make a copy without duplicates, blank pictures and contradictions")
        )
        self._buttons = (self.other_button, self.more_button, self.again_button, self.clean_button)
        for button in self._buttons:
            button.setAutoDefault(False)
        self._inspected = QWidget(self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self._connect()

    def dataset(self) -> ChosenPictures:
        """Return the pictures that were chosen; only when the page is complete."""
        if self._path is None or self._found is None:
            raise RuntimeError("no pictures were chosen")
        labels = {name: count.total for name, count in self._found.counts.items()}
        fixes = None if self._fixes is None else self._fixes.file
        return ChosenPictures(self._path, None, labels, self._label_map, fixes)

    def isComplete(self) -> bool:
        """Whether there are pictures that a model can learn from."""
        is_usable = self._found is not None and self._found.is_usable
        return is_usable and self._stack.currentWidget() is not self.cleaned

    def validatePage(self) -> bool:
        """Make sure that the pictures are still there."""
        if self._path is not None and self._path.exists():
            return True
        self._fail(vanished(self._path or Path()))
        return False

    def use(self, path: Path) -> None:
        """Take a folder, a csv, or what the person has dropped."""
        self._forget()
        self.choose.note.say("")
        if (path / INDEX_FILE).is_file():
            self._inspect(path)  # faces, named one by one
        elif path.is_dir():

            def fail(error: FerError) -> None:
                if isinstance(error, LayoutError):
                    self._inspect(path)  # the trainer knows many more layouts
                else:
                    self._fail(error)

            self._follow(self._jobs.find(path, self._on_found, fail), path)
        elif path.is_file() and path.name.lower().endswith(READ_BY_TRAINER):
            self._inspect(path)
        elif not path.exists():
            self._fail(vanished(path))
        else:
            self._fail(
                PicturesError(
                    f"{path.name} is neither a folder nor a CSV, nor an archive.",
                    hint="Choose a folder with one subfolder per expression.",
                )
            )

    def shut_down(self) -> None:
        """End what is going on; what was written stays."""
        self.collection.shut_down()
        self.cleaned.shut_down()
        self._jobs.shut_down()

    def loss(self) -> str:
        """Return what would be lost if the wizard were closed now; empty if nothing."""
        if self.collection.is_collecting:
            return self.tr(
                "The collection will end. The pictures taken so far are kept in {folder}."
            ).format(folder=self.collection.setup.folder.folder)
        if self._path is not None or self._survey is not None or self._jobs.is_busy:
            return self.tr(
                "Your choice of pictures and settings will be lost. The pictures themselves "
                "stay where they are."
            )
        return ""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder or a file where one can be chosen."""
        is_free = self._stack.currentWidget() in (self.choose, self._inspected)
        if is_free and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Use what was dropped."""
        dropped = dropped_paths(event.mimeData())
        if dropped:
            event.acceptProposedAction()
            # Later, so that the program it came from is not held up.
            QTimer.singleShot(0, self, lambda: self._use_dropped(dropped))

    def _use_dropped(self, dropped: Sequence[Path]) -> None:
        if len(dropped) == 1:
            self.use(dropped[0])
        else:
            self._fail(
                PicturesError(
                    f"{len(dropped)} files or folders were dropped: only one can be used.",
                    hint="Drop a folder with one subfolder per expression.",
                )
            )

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.choose.refresh_icons()
            self.inspection.refresh_icons()

    def _on_found(self, found: Survey) -> None:
        self._survey = found
        self._left_out = ()
        if found.large:
            self.photos.propose(found, free_folder(found.folder, paths.pictures_dir()))
            self._show(self.photos)
        else:
            self._inspect(found.folder)

    def _on_target(self) -> None:
        """Mix the faces with nothing else, least of all with the photographs."""
        if self._survey is None:
            return
        source, target = self._survey.folder.resolve(), self.photos.folder.folder
        if target.resolve().is_relative_to(source):
            self.photos.refuse(
                PicturesError(
                    f"{target} lies in the folder of photographs.",
                    hint="Choose a folder outside of it.",
                )
            )
            return
        if is_used(target):
            self.photos.folder.set_folder(free_folder(source, target))
        self.photos.refuse(None)

    def _crop(self) -> None:
        if self._survey is None:
            return
        target = self.photos.folder.folder
        work = self._jobs.crop(self._survey, target, self._on_cropped, self._on_crop_failed)
        self.photos.follow(work)
        self.photos.setFocus()

    def _on_cropped(self, report: CropReport) -> None:
        self._left_out = report.left_out if report.folder != self._survey_folder() else ()
        self._inspect(report.folder)

    def _on_crop_failed(self, error: FerError) -> None:
        self.photos.say_stopped(error, self.photos.folder.folder)

    def _stop(self) -> None:
        """Stop what is going on, and offer what can be done instead."""
        is_cropping = self._survey is not None and self._path is None
        self._jobs.stop()
        if is_cropping:
            self.photos.say_stopped(None, self.photos.folder.folder)
            self.photos.setFocus()
        else:
            self._on_other()

    def _inspect(self, path: Path, label_map: str = "") -> None:
        self._forget_found()
        self._label_map = label_map
        if not path.exists():
            self._fail(vanished(path))
            return
        self._path = path
        self._fixes = LabelFixes(path)
        self._jobs.inspect(path, self._on_inspected, self._on_refused, label_map, self._fixes.file)
        self._follow(Work(), path)

    def _on_inspected(self, found: Inspection) -> None:
        if self._path is None:
            return
        # What was left out before the trainer saw anything is told in the same place.
        found = found.with_left_out(self._left_out)
        self._found = found
        self.inspection.show_inspection(self._path, found, self._fixes)
        self.more_button.setVisible(self._path == self.collection.setup.folder.folder)
        self._show(self._inspected)

    def _on_map(self, label_map: str) -> None:
        if self._path is not None:
            self._inspect(self._path, label_map)

    def _on_clean(self) -> None:
        if self._path is not None and self._path.exists():
            self.cleaned.propose(self._path, self._label_map)
            self._show(self.cleaned)
        else:
            self._fail(vanished(self._path or Path()))

    def _on_refused(self, error: FerError) -> None:
        """Tell why the trainer cannot use the pictures, where more can be had."""
        was_collected = self._path == self.collection.setup.folder.folder
        if was_collected and self._path is not None and self._path.exists():
            self._on_collect()
            self.collection.setup.say(error)
        else:
            self._fail(error)

    def _follow(self, work: Work, path: Path) -> None:
        self.photos.follow_look(work, path)
        self._show(self.photos)

    def _fail(self, error: FerError) -> None:
        self._forget()
        self.choose.note.say_error(error)
        self._show(self.choose)

    def _on_other(self) -> None:
        self._forget()
        self.choose.note.say("")
        self._show(self.choose)

    def _on_again(self) -> None:
        path = self._path
        if path is not None and path.exists():
            self._inspect(path, self._label_map)
        else:
            self._fail(vanished(path or Path()))

    def _on_collect(self) -> None:
        self._forget()
        self.choose.note.say("")
        self.collection.begin()
        self._show(self.collection)

    def _forget(self) -> None:
        self._jobs.stop()
        self.cleaned.shut_down()
        self._survey, self._left_out = None, ()
        self._forget_found()

    def _forget_found(self) -> None:
        self._path, self._found = None, None
        self.completeChanged.emit()

    def _survey_folder(self) -> Path | None:
        return self._survey.folder if self._survey is not None else None

    def _show(self, view: QWidget) -> None:
        self._stack.setCurrentWidget(view)
        view.setFocus()  # or it would go to the wizard's own buttons, of which one closes it
        self.completeChanged.emit()

    def _connect(self) -> None:
        self.choose.chosen.connect(self.use)
        self.choose.camera_wanted.connect(self._on_collect)
        self.inspection.map_wanted.connect(self._on_map)
        self.inspection.fixes_cleared.connect(self._on_again)
        self.photos.start_wanted.connect(self._crop)
        self.photos.folder_changed.connect(self._on_target)
        self.photos.stop_wanted.connect(self._stop)
        self.photos.left.connect(self._on_other)
        self.collection.finished.connect(self._inspect)
        self.collection.left.connect(self._on_other)
        self.other_button.clicked.connect(self._on_other)
        self.more_button.clicked.connect(self._on_collect)
        self.again_button.clicked.connect(self._on_again)
        self.clean_button.clicked.connect(self._on_clean)
        self.cleaned.written.connect(self._inspect)
        self.cleaned.left.connect(lambda: self._show(self._inspected))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for button in self._buttons:
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self._inspected)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.inspection, 1)
        column.addLayout(row)
        self._inspected.setFocusProxy(self.inspection)
        for view in (self.choose, self.photos, self.collection, self._inspected, self.cleaned):
            self._stack.addWidget(view)
        layout = QVBoxLayout(self)
        layout.addWidget(self._stack)
