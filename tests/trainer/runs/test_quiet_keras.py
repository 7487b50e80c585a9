"""Starting Keras in a process that only trains."""

import subprocess
import sys

_START = """
import sys
from trainer.runs.quiet_keras import import_keras_quietly

import_keras_quietly(lean=True)
import keras
print(*(name for name in ("matplotlib", "pandas", "sklearn") if name in sys.modules))
from matplotlib.figure import Figure
from sklearn.model_selection import StratifiedGroupKFold
keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).compile("adam", "mse")
"""


def test_a_lean_start_leaves_out_what_can_be_imported_later() -> None:
    ended = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, "", "")
