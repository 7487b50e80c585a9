"""A graphics card is looked for without importing what would use it."""

import subprocess
import sys
from pathlib import Path

import pytest

from fer_desktop.vision.engines import availability
from fer_desktop.vision.engines.availability import is_installed, keras_backend, may_have_gpu


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Computer":
    return Computer(monkeypatch, tmp_path)


class Computer:
    """What seems to be installed on this computer: nothing, at first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch = monkeypatch
        self._driver = folder / "driver"
        monkeypatch.setattr(availability, "_LINUX_DRIVERS", (str(self._driver),))
        monkeypatch.setattr(availability.sys, "platform", "linux")
        monkeypatch.setattr(availability.sys, "prefix", str(folder))
        monkeypatch.setattr(availability.ctypes.util, "find_library", lambda _: None)
        self.has_packages()

    def has_driver(self) -> None:
        self._driver.touch()

    def has_packages(self, **versions: str) -> None:
        found = {name.replace("_", "-"): value for name, value in versions.items()}
        self._patch.setattr(availability, "_version", found.get)

    def uses(self, backend: str) -> None:
        self._patch.setenv("KERAS_BACKEND", backend)


@pytest.mark.parametrize(
    ("backend", "packages", "expected"),
    [
        ("tensorflow", {"tensorflow": "2.21"}, False),
        ("tensorflow", {"tensorflow": "2.21", "nvidia_cudnn_cu12": "9"}, True),
        ("tensorflow", {"nvidia_cudnn_cu12": "9"}, False),
        ("jax", {"jax": "1", "nvidia_cudnn_cu12": "9"}, False),
        ("jax", {"jax": "1", "jax_cuda12_plugin": "1"}, True),
        ("torch", {"torch": "2.9.0+cpu"}, False),
        ("torch", {"torch": "2.9.0+cu128"}, True),
        ("torch", {"torch": "2.9.0", "nvidia_cudnn_cu12": "9"}, True),
        ("unknown", {"unknown": "1"}, False),
    ],
)
def test_a_card_needs_a_driver_and_a_backend_that_can_use_it(
    computer: Computer, backend: str, packages: dict[str, str], expected: bool
) -> None:
    computer.uses(backend)
    computer.has_packages(**packages)
    assert not may_have_gpu()
    computer.has_driver()
    assert may_have_gpu() is expected


def test_the_backend_is_the_one_that_keras_finds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert keras_backend() == "tensorflow"
    for text, expected in (
        ('{"backend": "jax"}', "jax"),
        ('{"backend": 3}', "tensorflow"),
        ("[]", "tensorflow"),
        ("nonsense", "tensorflow"),
    ):
        (tmp_path / "keras.json").write_text(text)
        assert keras_backend() == expected
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert keras_backend() == "torch"


def test_asking_imports_nothing() -> None:
    code = (
        "import sys\n"
        "from fer_desktop.vision.engines.availability import is_installed, may_have_gpu\n"
        "may_have_gpu(), is_installed('keras'), is_installed('no such package')\n"
        "print({'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_what_is_installed_is_told() -> None:
    assert is_installed("numpy")
    assert not is_installed("no_such_package")
