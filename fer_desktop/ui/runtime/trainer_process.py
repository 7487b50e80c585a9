"""A command of the trainer in a process of its own, which gives way to everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from fer_desktop.errors import TrainingError
from fer_desktop.log import get_logger
from fer_desktop.plugins import report
from fer_desktop.programs import trainer_command
from fer_desktop.training.process_control import give_way
from trainer.contract.entry_points import WARNING
from trainer.contract.text import one_line

log = get_logger("train")

_GRACE_MS: Final = 10_000
_WAIT_MS: Final = 300  # for the system to take away one that was killed
_MOST_LINE_BYTES: Final = 16 << 20
_MOST_ERROR_BYTES: Final = 8_000
_REFUSAL: Final = "fer-train: "


@dataclass(frozen=True, slots=True)
class Ending:
    """How a trainer ended.

    Attributes:
        status: 0 if it did what it was asked to; negative if it was killed.
        errors: the last of what it wrote on its standard error.
    """

    status: int
    errors: str

    def explained(self) -> TrainingError:
        """Return what to tell the user about a trainer that did not say it in other words."""
        refusal = next(
            (line for line in reversed(self.errors.splitlines()) if line.startswith(_REFUSAL)), ""
        )
        if refusal:
            return TrainingError(refusal.removeprefix(_REFUSAL))
        log.warning("the trainer ended with %d:\n%s", self.status, self.errors)
        if self.status < 0:
            return TrainingError(
                "The training process was terminated from outside.",
                hint="It may have run out of memory. Everything up to the last completed epoch is "
                "kept.",
            )
        return TrainingError(
            "The training process ended unexpectedly.", hint="See the log file for details."
        )


class TrainerProcess(QObject):
    """Runs one command and hears what it prints.

    Signals:
        printed: a line of its standard output.
        ended: its ``Ending``; nothing comes after it.
    """

    printed = Signal(str)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rest = b""
        self._errors = b""
        self._process = QProcess(self)
        self._process.started.connect(self._on_started)
        self._process.readyReadStandardOutput.connect(self._read_output)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.errorOccurred.connect(self._on_error)
        self._process.finished.connect(self._on_finished)

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    @property
    def process_id(self) -> int:
        """The number of the process."""
        return self._process.processId()

    def start(self, words: Sequence[str]) -> None:
        """Start the trainer with these words."""
        program, *arguments = trainer_command(words)
        log.info("starting the trainer: %s", words)
        self._process.start(program, arguments)

    def tell(self, word: str) -> None:
        """Write a line on its standard input."""
        self._process.write(f"{word}\n".encode())

    def end(self, word: str = "") -> None:
        """End it: politely with a word first, and by force if it does not obey in some seconds."""
        if word and self.is_running:
            self.tell(word)
            QTimer.singleShot(_GRACE_MS, self._process, self._process.kill)
        else:
            self._process.kill()

    def end_now(self) -> None:
        """End it by force, and wait until it is gone."""
        if self.is_running:
            self._process.kill()
            self._process.waitForFinished(_WAIT_MS)

    def _on_started(self) -> None:
        give_way(self.process_id)

    def _read_output(self) -> None:
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(
            b"\n"
        )
        self._rest = self._rest[:_MOST_LINE_BYTES]  # no line that means anything is longer
        for line in lines:
            self.printed.emit(line.decode("utf-8", "replace").rstrip("\r"))

    def _read_errors(self) -> None:
        added = self._process.readAllStandardError().data()
        self._errors = (self._errors + added)[-_MOST_ERROR_BYTES:]

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.ended.emit(Ending(1, self._process.errorString()))

    def _on_finished(self, status: int, how: QProcess.ExitStatus) -> None:
        self._read_output()
        self._read_errors()
        if self._rest:
            self.printed.emit(self._rest.decode("utf-8", "replace"))
            self._rest = b""
        is_normal = how is QProcess.ExitStatus.NormalExit
        errors = self._errors.decode("utf-8", "replace").strip()
        for line in errors.splitlines():
            if line.startswith(WARNING):
                report(one_line(line.removeprefix(WARNING)))
        self.ended.emit(Ending(status if is_normal else -1, errors))
