"""The house keeps its shape: what import-linter cannot see."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("tensorflow", "keras", "mediapipe", "cv2", "sklearn", "matplotlib", "av", "scipy", "nltk")


def _loaded_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{n.split('.')[0] for n in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "statement",
    [
        "import trainer.contract.labels, trainer.contract.preset, trainer.contract.crop",
        "import fer_desktop.pipeline.engine, fer_desktop.recording.session_store",
        "import fer_desktop.recording.session_writer",
        "import fer_desktop.cli, fer_desktop.__main__",
        "import fer_desktop.api",
        "from trainer.cli import main; main(['systems', '--json'])",
        "import fer_desktop.training.runs, fer_desktop.training.process_control",
        "import fer_desktop.training.photo_crops, fer_desktop.training.collection",
    ],
)
def test_import_loads_nothing_heavy(statement: str) -> None:
    assert _loaded_after(statement).isdisjoint({*HEAVY, "PySide6"})


def test_extensions_are_looked_for_only_when_one_may_be_wanted() -> None:
    statement = "from fer_desktop.cli.arguments import parse; parse(['--engine', 'litert'])"
    looked = _loaded_after(f"import sys; sys.modules['importlib.metadata'] = None; {statement}")
    assert "fer_desktop" in looked


def test_window_imports_nothing_that_would_delay_it() -> None:
    statement = "import fer_desktop.app, fer_desktop.ui.main_window"
    assert _loaded_after(statement).isdisjoint({*HEAVY, "pyqtgraph"})


def test_every_bundled_model_fits_its_preset() -> None:
    from fer_desktop.models.catalogue import available_models
    from fer_desktop.vision.classifier import ModelClassifier

    bundled = [entry for entry in available_models() if entry.bundled]
    assert bundled
    for entry in bundled:
        assert not entry.problem
        classifier = ModelClassifier.load(entry.folder)
        assert classifier.preset.name == entry.folder.name
        classifier.close()
