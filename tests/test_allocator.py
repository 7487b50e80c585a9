"""Threads share the C library's arenas, and what they no longer need goes back."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's arenas")

_ALLOCATE = """
import ctypes, sys, threading
from fer_desktop.allocator import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(6)
def allocate():
    together.wait()
    libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.parametrize(("how", "fewest", "most"), [("alone", 3, 99), ("shared", 1, 2)])
def test_threads_share_two_arenas(how: str, fewest: int, most: int) -> None:
    command = [sys.executable, "-c", _ALLOCATE, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert fewest <= done.stdout.count("<heap nr=") <= most


_GIVE_BACK = """
import ctypes
import psutil
from fer_desktop.allocator import give_back
def resident():
    return psutil.Process().memory_info().rss
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
parts = [libc.malloc(60_000) for _ in range(1000)]
for part in parts:
    ctypes.memset(part, 1, 60_000)
keeper = libc.malloc(60_000)
for part in parts:
    libc.free(part)
before = resident()
give_back()
print(before - resident())
"""


def test_what_is_not_used_goes_back_to_the_system() -> None:
    command = [sys.executable, "-c", _GIVE_BACK]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) > 50_000_000
