"""The file of the present session: written by the engine's thread, marked and exported by ours."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_store import SessionWriter, new_session_file
from fer_desktop.settings import Settings

SESSION_FILE: Final = "session file"  # as an output
_SETTINGS_OF_INTEREST = (
    "smoothing_ms",
    "min_detection_score",
    "automatic_calibration",
    "face_search",
    "measures",
    "camera_width_px",
    "camera_height_px",
    "camera_fps",
)


class SessionLog:
    """Opens a file for each session and knows the latest one.

    Attributes:
        output: what writes them.
    """

    def __init__(self, folder: Path, settings: Callable[[], Settings]) -> None:
        """Take the folder of the sessions, and how to get the settings that hold now."""
        self._folder = folder
        self._settings = settings
        self._lock = threading.Lock()
        self._writer: SessionWriter | None = None
        self._session = 0
        self.output = SessionOutput(self._create)

    @property
    def folder(self) -> Path:
        """Where the sessions lie."""
        return self._folder

    @property
    def path(self) -> Path | None:
        """The file of the latest session; None before anything was analysed."""
        with self._lock:
            return self._writer.path if self._writer is not None else None

    def mark(self, session: int, timestamp_us: int, text: str) -> bool:
        """Record a mark; tell whether this session is being recorded.

        Raises:
            StorageError: if it can no longer be written.
        """
        with self._lock:
            writer = self._writer if self._session == session else None
        if writer is None:
            return False
        writer.add_mark(timestamp_us, text)
        return True

    def _create(self, session: int, info: SourceInfo) -> SessionWriter:
        """Create the file of a session; called on the engine's thread."""
        writer = SessionWriter(
            new_session_file(self._folder, info), info, settings=self._numbers_depend_on()
        )
        with self._lock:
            self._writer, self._session = writer, session
        return writer

    def _numbers_depend_on(self) -> Mapping[str, Any]:
        settings = self._settings()
        return {name: getattr(settings, name) for name in _SETTINGS_OF_INTEREST}
