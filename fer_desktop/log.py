"""Topic loggers and where their lines go."""

import logging
import logging.handlers
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Final

TOPICS: Final = ("app", "capture", "vision", "pipeline", "recording", "streaming", "ui", "train")
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"


def get_logger(topic: str) -> logging.Logger:
    """Return the logger ``fer.<topic>``."""
    if topic not in TOPICS:
        raise ValueError(f"unknown log topic. Received: {topic!r}")
    return logging.getLogger(f"fer.{topic}")


def quiet_native_libraries() -> None:
    """Ask the libraries that write to file descriptor 2 to be silent; we say it in our own words.

    Must run before cv2, mediapipe or TensorFlow is imported. What the user has set stays.
    """
    for name, value in {
        "OPENCV_LOG_LEVEL": "OFF",
        "OPENCV_FFMPEG_LOGLEVEL": "-8",
        "OPENCV_VIDEOIO_DEBUG": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "GLOG_minloglevel": "3",
    }.items():
        os.environ.setdefault(name, value)
    # An unwritable home or a rare alphabet is no reason to write to the user's terminal.
    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)


def set_up_logging(log_file: Path | None, *, verbose: bool = False) -> None:
    """Send the topic loggers to a rotating file, and warnings (all when verbose) to stderr."""
    root = logging.getLogger("fer")
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(True)  # of libraries: nothing that a user could act on
    logging.getLogger("py.warnings").parent = root
    if verbose:
        stream = logging.StreamHandler(sys.stderr)
        stream.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(stream)
    if log_file is not None:
        file = _LogFile(log_file)
        file.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(file)
    if not root.handlers:
        root.addHandler(logging.NullHandler())


class _LogFile(logging.handlers.RotatingFileHandler):
    """A log file that is given up, in one line, when it cannot be written.

    Neither a read-only home nor a full disk is a reason to stop, or to say more than that.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True)
        self._is_given_up = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._is_given_up:
            super().emit(record)

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        file = super()._open()
        with suppress(OSError):
            Path(self.baseFilename).chmod(0o600)  # it names files and cameras
        return file

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self._is_given_up = True
        if sys.stderr is not None:
            reason = error.strerror or error
            print(f"No log is kept: {self.baseFilename}: {reason}.", file=sys.stderr)

    def close(self) -> None:
        with suppress(OSError):  # what could not be written before cannot be written now
            super().close()


def keep_standard_error() -> None:
    """Keep standard error for our own lines: native libraries write their notes there unasked.

    TensorFlow and MediaPipe cannot be told to be silent. They get another file descriptor 2, for
    as long as the process lives: some of their notes come at its very end.
    """
    if sys.stderr is not sys.__stderr__ or sys.stderr is None:
        return  # somebody else, such as a test, looks after it
    kept = os.dup(sys.stderr.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.stderr = os.fdopen(
        kept, "w", encoding=sys.stderr.encoding, errors="backslashreplace", closefd=False
    )
