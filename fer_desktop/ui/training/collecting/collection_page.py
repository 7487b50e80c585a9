"""Collecting with the camera, from the plan to the last picture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from fer_desktop import paths
from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import Result
from fer_desktop.training.collection import CollectionState, prepare_folder
from fer_desktop.training.collection_thread import CollectionThread
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.training.collecting.camera_loan import CameraLoan
from fer_desktop.ui.training.collecting.camera_view import CollectView
from fer_desktop.ui.training.collecting.setup_view import CollectSetup
from fer_desktop.ui.training.pictures.picture_jobs import PictureJobs

_CAMERA_LOOK_MS: Final = 1000

FindCameras = Callable[[], Sequence[SourceRequest]]


class CollectionPage(QStackedWidget):
    """Makes a plan with the person, then carries it out.

    Signals:
        finished: the folder of the pictures; there is at least one.
        left: the person wants to choose pictures in another way.
    """

    finished = Signal(object)
    left = Signal()
    _stated = Signal(object, object)
    _failed = Signal(object, object)

    def __init__(
        self,
        controller: Controller,
        find_cameras: FindCameras,
        jobs: PictureJobs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._find_cameras = find_cameras
        self._jobs = jobs
        self._thread: CollectionThread | None = None
        self._waits = False
        self.loan = CameraLoan(controller, self)
        self.setup = CollectSetup(self)
        self.view = CollectView(self)
        self._camera_look = QTimer(self)
        self._camera_look.setInterval(_CAMERA_LOOK_MS)
        self._camera_look.timeout.connect(self._offer_cameras)
        self.addWidget(self.setup)
        self.addWidget(self.view)
        self.setup.set_folder(paths.pictures_dir() / "faces")
        self.setup.start_wanted.connect(self._prepare)
        self.setup.left.connect(self.left)
        self.view.pause_toggled.connect(self._on_pause)
        self.view.skipped.connect(self._on_skip)
        self.view.redo_wanted.connect(self._on_redo)
        self.view.finish_wanted.connect(self.finish)
        self.view.camera_wanted.connect(self.loan.again)
        self.loan.arrived.connect(self._on_result)
        self.loan.changed.connect(self._on_loan)
        # From the collection's thread.
        self._stated.connect(self._on_state, Qt.ConnectionType.QueuedConnection)
        self._failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)

    @property
    def is_collecting(self) -> bool:
        """Whether pictures are being taken."""
        return self._thread is not None

    def begin(self) -> None:
        """Ask what shall be collected."""
        preset = self._controller.model.preset
        if preset is not None and not self.setup.is_touched:
            self.setup.offer_labels(preset.labels)
        self._offer_cameras()
        self.setup.say(None)
        self.setup.consent.setChecked(False)  # somebody else may sit there now
        self.setCurrentWidget(self.setup)
        self.setFocusProxy(self.setup.boxes[0])

    def finish(self) -> None:
        """End the collection and go on with what is there."""
        state = self._stop()
        self.setCurrentWidget(self.setup)
        if state is not None and state.total:
            self.finished.emit(self.setup.folder.folder)

    def shut_down(self) -> None:
        """End the collection; what is stored stays, and the camera goes back."""
        self._stop()

    def _offer_cameras(self) -> None:
        opened = self.loan.open_camera()
        cameras = [request for request in self._find_cameras() if request != opened]
        self.setup.offer_cameras([opened, *cameras] if opened is not None else cameras)

    def showEvent(self, event: QShowEvent) -> None:
        """Offer cameras that are found later, too."""
        super().showEvent(event)
        self._camera_look.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Look for none."""
        super().hideEvent(event)
        self._camera_look.stop()

    def _prepare(self) -> None:
        folder = self.setup.folder.folder
        self.setup.say(None)
        self.setup.set_busy(True)
        self._jobs.do("making the folder", lambda: _prepared(folder), self._start, self._on_refused)

    def _on_refused(self, error: FerError) -> None:
        self.setup.set_busy(False)
        self.setup.say(error)

    def _start(self, folder: Path) -> None:
        self.setup.set_busy(False)
        plan, request = self.setup.plan(), self.setup.request
        if request is None or not self.setup.consent.isChecked() or plan.folder != folder:
            return  # something was changed while the disk was slow
        thread: CollectionThread | None = None
        # The sender tells a late word of a former collection from one of this.
        thread = CollectionThread(
            plan,
            lambda state: self._stated.emit(thread, state),
            lambda error: self._failed.emit(thread, error),
        )
        self._thread = thread
        mirrored = self._controller.settings.mirror and request.kind == "camera"
        self.view.begin(plan, mirrored=mirrored)
        self.view.show_state(thread.state)
        self.setCurrentWidget(self.view)
        self.view.pause_button.setFocus()
        thread.start()
        self._wait_for_camera()
        self.loan.begin(request)

    def _wait_for_camera(self) -> None:
        self._waits = True
        self.view.status.setText(self.tr("Waiting for the camera…"))

    def _stop(self) -> CollectionState | None:
        thread, self._thread = self._thread, None
        self.loan.end()
        return thread.stop() if thread is not None else None

    def _on_result(self, result: Result) -> None:
        self.view.picture.show_result(result)
        if self._thread is None:
            return
        if result.analysis is None:
            self.view.status.setText(self.tr("Waiting for the face detector…"))
        else:
            if self._waits and not self.view.pause_button.isChecked():
                self._waits = False
                self._thread.go_on()  # only now somebody sees what is asked for
            faces = [face.detection for face in result.analysis.faces]
            self._thread.offer(result.frame.pixels, faces)

    def _on_state(self, thread: CollectionThread, state: CollectionState) -> None:
        if thread is self._thread:
            self.view.show_state(state)
            if state.is_done:
                self.finish()

    def _on_failed(self, thread: CollectionThread, error: FerError) -> None:
        if thread is self._thread:
            state = thread.state
            self.view.pause_button.setChecked(True)
            self.view.say_failed(error, state.total, self.setup.folder.folder)

    def _on_loan(self) -> None:
        if self._thread is not None:
            if self.loan.trouble:
                self._wait_for_camera()
            self._say_trouble()

    def _say_trouble(self) -> None:
        self.view.say_trouble(self.loan.trouble, can_reopen=self.loan.open_camera() is None)

    def _on_pause(self, is_paused: bool) -> None:
        if self._thread is None:
            return
        if is_paused:
            self._thread.pause()
        else:
            self._say_trouble()
            self._thread.go_on()

    def _on_skip(self) -> None:
        if self._thread is not None:
            state = self._thread.skip()
            self.view.show_state(state)
            if state.is_done:
                self.finish()

    def _on_redo(self) -> None:
        if self._thread is not None:
            try:
                self.view.show_state(self._thread.redo())
            except FerError as error:
                self._on_failed(self._thread, error)


def _prepared(folder: Path) -> Path:
    prepare_folder(folder)
    return folder
