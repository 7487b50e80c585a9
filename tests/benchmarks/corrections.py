"""From videos to a model of one's own: 200 moments corrected, learned from, compared, used.

The real window, its wizard and a real training, on the shared videos. Nobody looks at the faces: a
correction is what the model itself showed, and of every fourth moment its second choice. So this
tells how long the way takes and that it can be gone, not whether a model becomes better.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fer_desktop.domain.corrections import Correction
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import set_corrections
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.real_window import run_watched
from tests.helpers.people_films import VIDEOS

PART: Final = "corrections"
MOMENTS: Final = 200
MINUTES: Final = 1
LIMIT_S: Final = 1800.0
NAMES: Final = (
    "composite_three_people.mp4",
    "liveportrait_d10.mp4",
    "liveportrait_d18.mp4",
    "liveportrait_d19.mp4",
    "pyfeat_single_face.mp4",
)


def run(work: Path) -> list[Figure]:
    """Go the way once."""
    if not VIDEOS.is_dir():
        print("corrections: the shared videos are not here", file=sys.stderr)
        return []
    took: dict[str, float] = {}

    def watch(window: Any) -> None:
        from PySide6.QtCore import QTimer

        QTimer.singleShot(0, window, lambda: _go(window, work, took))

    run_watched(watch)
    return [figure(PART, name, [seconds], "s") for name, seconds in took.items()]


def _go(window: Any, work: Path, took: dict[str, float]) -> None:
    try:
        _steps(window, work, took)
    finally:
        window.close_unasked()


def _steps(window: Any, work: Path, took: dict[str, float]) -> None:
    began = time.monotonic()

    def done(name: str) -> None:
        nonlocal began
        took[name] = time.monotonic() - began
        print(f"{name}: {took[name]:.1f} s", file=sys.stderr, flush=True)
        began = time.monotonic()

    controller, queue = window._controller, window.queue.queue
    _wait(lambda: controller.model.preset is not None)
    former = controller.model.name
    queue.add([VIDEOS / name for name in NAMES])
    _wait(lambda: queue.entries and all(entry.is_over for entry in queue.entries))
    done("videos analysed")
    sessions = [entry.session_file for entry in queue.entries]
    for path in sessions:
        set_corrections(path, _corrected(path, MOMENTS // len(sessions)))
    window.acts.train_on_corrections.trigger()
    dialog = window.corrected.dialog
    _wait(dialog.make_button.isEnabled)
    dialog.folder.set_folder(work / "faces")
    dialog.make_button.click()
    _wait(dialog.train_button.isVisible)
    print(dialog.note.text(), file=sys.stderr)
    done("pictures made")
    dialog.train_button.click()
    wizard = window.training.wizard
    _wait(wizard.pictures_page.isComplete)
    wizard.next()
    _wait(wizard.start_page.isComplete)
    wizard.next()
    settings = wizard.settings_page
    _wait(lambda: settings.advanced.editors)
    settings.minutes.setValue(MINUTES)
    settings.name.setText("mine")
    _wait(settings.isComplete)
    wizard.next()
    _wait(wizard.result_page.tabs.isVisible)
    print(wizard.result_page.verdict.text(), file=sys.stderr)
    print(wizard.result_page.note.text(), file=sys.stderr)
    done("trained and compared")
    wizard.result_page.use_button.click()
    _wait(lambda: controller.model.name == "mine")
    wizard.close()
    window.acts.former_model.trigger()
    _wait(lambda: controller.model.name == former)
    done("used, and gone back")


def _corrected(path: Path, count: int) -> list[Correction]:
    """Return corrections of frames that are spread over a session."""
    with SessionReader(path) as reader:
        seen = [
            (row.analysis.timestamp_us, face.face_id, face.smoothed)
            for row in reader.rows()
            for face in row.analysis.faces
            if face.smoothed is not None
        ]
    found = []
    for at in range(count):
        time_us, face_id, scores = seen[at * len(seen) // count]
        ranked = sorted(zip(scores.probabilities, scores.labels, strict=True), reverse=True)
        found.append(Correction("Ann", face_id, ranked[int(at % 4 == 3)][1], time_us))
    return found


def _wait(is_time: Callable[[], object]) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    deadline = time.monotonic() + LIMIT_S
    waiting = QEventLoop()  # lets other threads run, as QTest.qWait does not
    while not is_time():
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for does not come")
        QTimer.singleShot(50, waiting.quit)
        waiting.exec()
