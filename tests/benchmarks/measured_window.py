"""The real window with a camera of 30 frames a second, several faces, and all measures or none.

    python -m tests.benchmarks.measured_window all|none FACES

Prints how many of the camera's frames were analysed, in percent. A window to a process: a second
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
    from tests.benchmarks.live import watch_stream
    from tests.benchmarks.real_window import USUAL_SETTINGS, shows_label

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    quiet_native_libraries()
    settings = replace(USUAL_SETTINGS, measures=all_measures() if choice == "all" else ())
    with tempfile.TemporaryDirectory(prefix="fer-bench-") as work:
        os.environ["FER_DESKTOP_PROFILE"] = str(Path(work) / "profile")
        seen, _ = watch_stream(shows_label, faces=faces, settings=settings)
        print(json.dumps(seen.share()))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
