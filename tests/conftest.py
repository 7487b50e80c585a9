"""What every test stands on: no screen, no user's files, no thread left behind."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_desktop.log import quiet_native_libraries
from fer_desktop.paths import PROFILE_VARIABLE
from tests.helpers.models import make_small_model

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["MPLBACKEND"] = "Agg"
quiet_native_libraries()
# In the background, or under nohup, programs are born deaf to these, and so would be those that the
# tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Threads that libraries start once and keep: native callbacks, worker pools, progress bars.
_LIBRARY_THREADS = (
    *("Dummy-", "ThreadPoolExecutor-", "Thread-"),
    *("AsyncProcess ", "Dask-", "IO loop", "QueueFeeder", "TCP-Executor"),  # of Dask
)
_THREAD_GRACE_S = 2.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no process is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Undo what importing cv2 did to Qt's search paths, before a fixture starts Qt."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that a trainer goes on with, or converts, within seconds."""
    return make_small_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def profile(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's own settings, sessions and log out of the tests."""
    folder = tmp_path_factory.mktemp("profile")
    monkeypatch.setenv(PROFILE_VARIABLE, str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_surviving_threads() -> Iterator[None]:
    """Fail a test that leaves a thread of ours running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + _THREAD_GRACE_S
    for thread in set(threading.enumerate()) - before:
        if thread.daemon and thread.name.startswith(_LIBRARY_THREADS):
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        assert not thread.is_alive(), f"the test left the thread {thread.name!r} running"
