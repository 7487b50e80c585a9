"""The camera of ``live`` while a model is trained: what is left of the frames, and their delay."""

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from fer_desktop.models.catalogue import resolve_model
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import create_run
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.live import watch_stream
from tests.benchmarks.real_window import shows_label
from tests.ui.training.faces import write_faces
from trainer.data.cache_room import CACHE_VARIABLE

FACES_A_LABEL = 200
EPOCHS = 1000  # more than can be done meanwhile
PATIENCE_S = 60.0  # until the trainer is at its first batch


def run(work: Path) -> list[Figure]:
    """Watch a stream while the model in use is improved."""
    os.environ[CACHE_VARIABLE] = str(work / "cache")
    data = write_faces(work / "faces", ("happy", "sad", "wink"), FACES_A_LABEL)

    def train(window: Any) -> None:
        plan = TrainingPlan(
            name="bench", data=data, start=resolve_model(""), settings={"epochs": EPOCHS}
        )
        job, begun = window.training.job, create_run(plan)
        QTimer.singleShot(0, window, lambda: job.begin(begun))

    seen, sent = watch_stream(_is_training, train, patience_s=PATIENCE_S)
    part = "live_training"
    return [
        figure(part, "camera frames analysed", [seen.share()], "%", better="higher"),
        figure(part, "age of a frame when painted, since it was sent", seen.ages_ms(sent)),
        figure(part, "age of a frame when painted, since it was decoded", seen.delays),
        figure(part, "results lost between threads", [seen.lost()], "", mark=0),
    ]


def _is_training(window: Any) -> bool:
    return window.training.job.step is not None and shows_label(window)
