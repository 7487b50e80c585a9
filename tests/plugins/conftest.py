"""A folder of installed packages that is there for the length of a test."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.helpers.packages import install


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder on the search path, for this process and those that it starts."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) is None:
            continue
        if Path(sys.modules[name].__file__ or "").is_relative_to(folder):
            del sys.modules[name]


@pytest.fixture
def package(site: Path) -> Callable[..., None]:
    """Return what installs a package there: ``install`` without its folder."""
    return partial(install, site)
