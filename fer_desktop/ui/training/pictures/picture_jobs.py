"""Long jobs with pictures: finding them, cutting faces out of them, inspecting them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject

from fer_desktop.errors import FerError
from fer_desktop.training.inspection import Inspection, read_inspection
from fer_desktop.training.job_progress import Work
from fer_desktop.training.photo_crops import CropReport, crop_photos
from fer_desktop.training.picture_folder import Survey, survey
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from fer_desktop.vision.ports import FaceDetector

T = TypeVar("T")


class PictureJobs(QObject):
    """Does one job at a time; a new one, or ``stop``, drops the former one."""

    def __init__(
        self,
        background: Background,
        make_detector: Callable[[], FaceDetector],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._make_detector = make_detector
        self._call = TrainerCall(self)
        self._work: Work | None = None
        self._latest: Work | None = None
        self._sheets: tempfile.TemporaryDirectory[str] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a job is being done."""
        return self._work is not None or self._call.is_running

    def find(
        self,
        folder: Path,
        done: Callable[[Survey], object],
        failed: Callable[[FerError], object],
    ) -> Work:
        """Find the pictures of a folder."""
        return self._run("reading the pictures", lambda work: survey(folder, work), done, failed)

    def crop(
        self,
        found: Survey,
        target: Path,
        done: Callable[[CropReport], object],
        failed: Callable[[FerError], object],
    ) -> Work:
        """Cut the faces out of photographs."""

        def cut(work: Work) -> CropReport | None:
            detector = self._make_detector()
            try:
                return crop_photos(found, target, detector, work)
            finally:
                detector.close()

        return self._run("cropping the faces", cut, done, failed)

    def do(
        self,
        name: str,
        job: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[FerError], object],
    ) -> None:
        """Do something short that may have to wait for a disk."""
        self._run(name, lambda _: job(), done, failed)

    def inspect(
        self,
        path: Path,
        done: Callable[[Inspection], object],
        failed: Callable[[FerError], object],
        label_map: str = "",
        fixes: Path | None = None,
    ) -> None:
        """Let the trainer look at a dataset, its labels as ``label_map`` and ``fixes`` say."""
        self.stop()
        self._forget_sheets()
        try:
            # ignore_cleanup_errors: what a virus scanner holds open is no reason to fail.
            self._sheets = tempfile.TemporaryDirectory(
                prefix="fer-desktop-", ignore_cleanup_errors=True
            )
        except OSError as error:
            failed(FerError(f"Nothing can be written: {error.strerror}.", hint="Free some space."))
            return
        folder = Path(self._sheets.name)
        words = ["inspect", "--data", str(path), "--json", "--out", str(folder)]
        if label_map:
            words.append(f"--map={label_map}")
        if fixes is not None:
            words += ["--fixes", str(fixes)]
        self._call.ask(words, lambda printed: done(read_inspection(printed, folder)), failed)

    def stop(self) -> None:
        """Drop the job that is being done; what it has written stays."""
        self._call.cancel()
        work, self._work = self._work, None
        if work is not None:
            work.stop()

    def shut_down(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        self._forget_sheets()

    def _run(
        self,
        name: str,
        job: Callable[[Work], T | None],
        done: Callable[[T], object],
        failed: Callable[[FerError], object],
    ) -> Work:
        self.stop()
        former = self._latest
        work = self._work = self._latest = Work()

        def end(result: T | None) -> None:
            if self._work is work and result is not None:
                self._work = None
                done(result)

        def fail(error: FerError) -> None:
            if self._work is work:
                self._work = None
                failed(error)

        def do() -> T | None:
            if former is not None:
                former.wait()  # it may still be at its last step, in the same folder
            try:
                return job(work)
            finally:
                work.end()

        self._background.run(name, do, end, fail)
        return work

    def _forget_sheets(self) -> None:
        sheets, self._sheets = self._sheets, None
        if sheets is not None:
            sheets.cleanup()
