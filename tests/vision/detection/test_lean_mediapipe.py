"""MediaPipe comes without what it does not need, and takes it from nobody else."""

import importlib.util
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fer_desktop.vision.detection.lean_mediapipe import _lean_imports


def test_a_network_brings_neither_tensorflow_nor_matplotlib() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from fer_desktop.paths import assets_dir\n"
            "from fer_desktop.vision.detection.face_network import SHORT_RANGE_FILE\n"
            "from fer_desktop.vision.detection.mediapipe_runtime import MediaPipeRuntime\n"
            "content = (assets_dir() / 'mediapipe' / SHORT_RANGE_FILE).read_bytes()\n"
            "MediaPipeRuntime(content, 0.5).close()\n"
            "assert 'mediapipe' in sys.modules\n"
            "print({'tensorflow', 'keras', 'matplotlib', 'sklearn'} & set(sys.modules))\n"
            "import matplotlib.pyplot\n"  # is still the real one
            "print(matplotlib.pyplot.figure.__name__)\n",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n") == ["set()", "figure", ""]


def test_only_the_importing_thread_goes_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sounddevice.py").touch()  # one that no test imports
    monkeypatch.syspath_prepend(tmp_path)
    found: list[bool] = []

    def look() -> None:
        found.append(importlib.util.find_spec("sounddevice") is not None)

    with _lean_imports():
        with pytest.raises(ModuleNotFoundError):
            importlib.util.find_spec("sounddevice")
        other = threading.Thread(target=look)
        other.start()
        other.join()
    look()
    assert found == [True, True]
