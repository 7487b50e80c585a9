import shutil
from pathlib import Path

import pytest

from fer_desktop.errors import ModelError
from fer_desktop.models import catalogue as models
from fer_desktop.models.catalogue import available_models, resolve_model
from tests.helpers.models import write_preset
from trainer.contract.preset import MODEL_FILE, PRESET_FILE

pytestmark = pytest.mark.unit


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bundled"
    monkeypatch.setattr(models, "bundled_models_dir", lambda: folder)
    return folder


@pytest.fixture
def own(profile: Path) -> Path:
    return profile / "models"


def add(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / MODEL_FILE).write_bytes(b"weights")
    write_preset(folder, ("happy", "sad"))
    return folder


def test_models_are_found_bundled_first(bundled: Path, own: Path) -> None:
    add(bundled, "fer7")
    add(bundled, "compact")
    add(own, "my faces 😀")
    (bundled / "notes").mkdir()
    (bundled / "readme.txt").write_text("not a model")

    found = available_models()

    assert [(entry.name, entry.bundled) for entry in found] == [
        ("compact", True),
        ("fer7", True),
        ("my faces 😀", False),
    ]
    assert all(entry.preset and entry.preset.labels == ("happy", "sad") for entry in found)
    assert not any(entry.problem for entry in found)


def test_no_folder_means_no_models(bundled: Path, own: Path) -> None:
    assert available_models() == []
    with pytest.raises(ModelError, match="No model is installed"):
        resolve_model("")


def test_a_broken_folder_is_listed_with_its_problem(bundled: Path, own: Path) -> None:
    (add(own, "broken") / MODEL_FILE).unlink()

    (entry,) = available_models()

    assert entry.preset is None
    assert MODEL_FILE in entry.problem


@pytest.mark.parametrize(
    ("names", "default"),
    [
        (("compact", "fer7", "ferplus7"), "ferplus7"),
        (("compact", "fer7"), "fer7"),
        (("compact", "small"), "compact"),
    ],
)
def test_the_default_is_the_best_bundled_model(
    names: tuple[str, ...], default: str, bundled: Path, own: Path
) -> None:
    for name in names:
        add(bundled, name)
    add(own, "ferplus7")
    assert resolve_model("") == bundled / default


def test_the_default_skips_broken_models_and_falls_back_to_own(bundled: Path, own: Path) -> None:
    (add(bundled, "fer7") / PRESET_FILE).write_text("{")
    folder = add(own, "mine")
    assert resolve_model("") == folder


def test_a_model_is_resolved_by_name_or_folder(
    bundled: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = add(own, "mine")
    elsewhere = add(tmp_path / "else where", "modèle")
    monkeypatch.chdir(elsewhere.parent)
    shutil.copytree(elsewhere, elsewhere.parent / "mine")

    assert resolve_model("mine") == by_name
    assert resolve_model(str(elsewhere)) == elsewhere
    assert resolve_model("modèle").resolve() == elsewhere.resolve()


def test_an_unknown_model_names_the_known_ones(bundled: Path, own: Path) -> None:
    add(bundled, "fer7")
    with pytest.raises(ModelError, match=r"no model 'fer8'.*one of: fer7\."):
        resolve_model("fer8")
