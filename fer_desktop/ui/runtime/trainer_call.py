"""A question to the trainer that has one answer."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from fer_desktop.errors import FerError
from fer_desktop.ui.runtime.trainer_process import Ending, TrainerProcess


class TrainerCall(QObject):
    """Asks one question at a time; a new question, or ``cancel``, drops the former one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: TrainerProcess | None = None

    @property
    def is_running(self) -> bool:
        """Whether an answer is awaited."""
        return self._process is not None

    def ask(
        self,
        words: Sequence[str],
        done: Callable[[str], object],
        failed: Callable[[FerError], object],
    ) -> None:
        """Run a command.

        Args:
            words: the command.
            done: gets what it printed; may raise FerError if that cannot be understood.
            failed: gets the failure.
        """
        self.cancel()
        process = self._process = TrainerProcess(self)
        lines: list[str] = []

        def end(ending: Ending) -> None:
            if self._process is not process:
                return
            self._process = None
            process.deleteLater()
            if ending.status:
                failed(ending.explained())
                return
            try:
                done("\n".join(lines))
            except FerError as error:
                failed(error)

        process.printed.connect(lines.append)
        process.ended.connect(end)
        process.start(words)

    def cancel(self) -> None:
        """Forget the question, if there is one, and wait until nobody works on it."""
        process, self._process = self._process, None
        if process is not None:
            process.end_now()
            process.deleteLater()
