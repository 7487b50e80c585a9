"""The real window as in ``live``, while ten subscribers read slowly or not at all."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.live import watch_stream
from tests.benchmarks.real_window import shows_label
from tests.benchmarks.streams import CROWD, free_port
from tests.benchmarks.subscribers import Crowd

PART = "streams_window"


def run(_work: Path) -> list[Figure]:
    """Watch a stream for a while; compare with ``live``, which serves nobody."""
    port = free_port()
    crowd: list[Crowd] = []

    def prepare(window: Any) -> None:
        settings = replace(window._controller.settings, outputs=(f"ws:{port}",))
        window._controller.update_settings(settings)
        threading.Thread(target=gather, daemon=True).start()

    def gather() -> None:
        crowd.append(Crowd(ws=port, **CROWD))

    seen, sent = watch_stream(lambda window: bool(crowd) and shows_label(window), prepare)
    crowd[0].end()
    ages = seen.ages_ms(sent)
    return [
        figure(PART, "age of a frame when painted, ten slow or dead", ages, mark=40),
        figure(PART, "frames analysed a second, the same", [seen.rate()], "1/s", better="higher"),
        figure(PART, "results lost between threads, the same", [seen.lost()], "", mark=0),
    ]
