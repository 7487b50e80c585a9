from pathlib import Path

import pytest

from tests.helpers.models import make_model_folder, run_trials_here


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def trials_here(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real_trials" not in request.keywords:
        run_trials_here(monkeypatch)
