"""What ends a run of the tests that would not end by itself (a plugin of pytest).

pytest's own limit (`faulthandler_timeout`) ends the process of a test that hangs, with the stacks
of its threads in the output; `--max-worker-restart=0` ends the run when a process dies, for
pytest-xdist waits without end for one that it replaces while the tests of a file stay together.
This adds the two that are missing: a limit for what follows on a failure, and one for the run.
"""

import _thread
import faulthandler
import os
import sys
import threading

import pytest

_RUN_ENDS = pytest.StashKey[threading.Timer]()
_STDERR = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of pyproject.toml."""
    parser.addini("run_limit", "seconds after which a run in several processes is interrupted")


def pytest_configure(config: pytest.Config) -> None:
    """Interrupt the run, as Ctrl+C does, when its time is over: what failed so far is shown."""
    config.stash[_STDERR] = os.dup(sys.__stderr__.fileno())  # the one that no test captures
    if config.getoption("dist") != "no":  # the process that hands out the tests
        timer = threading.Timer(float(config.getini("run_limit")), _thread.interrupt_main)
        timer.daemon = True
        timer.start()
        config.stash[_RUN_ENDS] = timer


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    os.close(config.stash[_STDERR])
    if _RUN_ENDS in config.stash:
        config.stash[_RUN_ENDS].cancel()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Put the limit back that pytest takes off a test which failed: it can hang as it ends, too."""
    seconds = float(item.config.getini("faulthandler_timeout"))
    faulthandler.dump_traceback_later(seconds, exit=True, file=item.config.stash[_STDERR])
