"""Threads share the C library's arenas."""

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
