"""Jobs are given to as many processors as the system lets this process use."""

import os
import subprocess
import sys

import pytest

from trainer.contract.processors import usable_processors

pytestmark = pytest.mark.unit

_ONE = """
import os
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
from trainer.contract.processors import usable_processors
print(usable_processors())
"""


def test_there_is_one_at_least_and_no_more_than_the_computer_has() -> None:
    assert 1 <= usable_processors() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux keeps processes so")
def test_those_that_are_others_are_not_counted() -> None:
    done = subprocess.run([sys.executable, "-c", _ONE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
