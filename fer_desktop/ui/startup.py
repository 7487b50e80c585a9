"""What happens once the window is on screen: networks load, cameras are found, a source opens."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from fer_desktop.domain.bundle_name import is_bundle
from fer_desktop.errors import FerError
from fer_desktop.ui.main_window import MainWindow
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.source_request import SourceRequest, last_request


class Startup(QObject):
    """Decides what is opened first: what was asked for, the last source, a camera, or the demo."""

    def __init__(
        self,
        window: MainWindow,
        controller: Controller,
        background: Background,
        list_cameras: Callable[[], Sequence[str]],
        wanted: SourceRequest | None = None,
        *,
        is_further: bool = False,
    ) -> None:
        """Take the parts.

        Args:
            window, controller, background: the parts.
            list_cameras: lists the cameras by name.
            wanted: what to open whatever is there.
            is_further: whether another window was there first: it has what was open last, and
                offers what was left.
        """
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._background = background
        self._list_cameras = list_cameras
        self._wanted = wanted
        self._is_further = is_further
        self._plays_demo_for_want_of_a_camera = False
        self._has_begun = False
        window.first_painted.connect(self.begin)
        window.acts.rescan.triggered.connect(self._rescan)
        window.pages.welcome_accepted.connect(self._open_first)

    def begin(self) -> None:
        """Start everything that the window need not wait for."""
        if self._has_begun or not self._window.isVisible():  # it was closed at once
            return
        self._has_begun = True
        self._controller.start()
        if self._window.pages.welcome is None:
            self._open_first()
        self._scan(self._window.set_cameras)
        if not self._is_further:
            self._window.training.offer_leftovers()
            self._window.queue.offer_leftovers()
            self._window.unfinished.offer_leftovers()

    def _scan(self, done: Callable[[Sequence[SourceRequest]], object]) -> None:
        self._background.run(
            "looking for cameras",
            lambda: [SourceRequest("camera", name) for name in self._list_cameras()],
            done,
            self._on_scan_failed,
        )

    def _on_scan_failed(self, error: FerError) -> None:
        self._window.announcer.say_error("cameras", error)

    def _open_first(self) -> None:
        request = self._wanted or last_request(self._controller.settings)
        if request is not None and request.kind == "file" and is_bundle(Path(request.uri)):
            self._window.pages.say_bundle(request.title)
            self._window.commands.open_target(Path(request.uri))
        elif request is not None:
            self._controller.open(request)
        elif self._is_further:
            self._window.pages.say_further()
        elif not self._controller.is_open:
            self._window.pages.say_looking()
            self._scan(self._open_camera_or_demo)

    def _open_camera_or_demo(self, cameras: Sequence[SourceRequest]) -> None:
        self._window.set_cameras(cameras)
        if self._controller.request is not None:
            return  # the user was faster
        if cameras:
            self._controller.open(cameras[0])
            return
        # Not remembered: with a camera there, the next start shows the camera.
        self._controller.open(SourceRequest("demo"), remember=False)
        self._plays_demo_for_want_of_a_camera = True
        self._window.announcer.say_demo()

    def _rescan(self) -> None:
        self._scan(self._on_rescanned)

    def _on_rescanned(self, cameras: Sequence[SourceRequest]) -> None:
        self._window.set_cameras(cameras)
        is_waiting = not self._controller.is_open or self._plays_demo_for_want_of_a_camera
        if cameras and is_waiting:
            self._plays_demo_for_want_of_a_camera = False
            self._controller.open(cameras[0])
        else:
            self._window.announcer.say_cameras(len(cameras))
