"""The real window with a camera of 30 frames a second, several faces, and all measures or none.

    python -m tests.benchmarks.measured_window all|none FACES

Prints how many of the camera's frames were analysed, in percent, how old frames were when they were
painted, and the longest stall of the event loop, in milliseconds. A window to a process: a second
one would find the first one's networks warm.
"""

import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from fer_desktop.vision.measure_catalogue import all_measures


def main(choice: str, faces: int) -> None:
    """Watch the window for a while."""
    from fer_desktop.log import quiet_native_libraries
    from tests.benchmarks.live import TICK_MS, watch_stream
    from tests.benchmarks.real_window import USUAL_SETTINGS, shows_label

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    quiet_native_libraries()
    settings = replace(USUAL_SETTINGS, measures=all_measures() if choice == "all" else ())
    with tempfile.TemporaryDirectory(prefix="fer-bench-") as work:
        os.environ["FER_DESKTOP_PROFILE"] = str(Path(work) / "profile")
        seen, sent = watch_stream(shows_label, faces=faces, settings=settings)
        ages, stall = seen.ages_ms(sent), max(seen.gaps) - TICK_MS
        print(json.dumps({"share": seen.share(), "ages_ms": ages, "stall_ms": stall}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
