"""The file that lets LiteRT run a model which came with ``model.keras`` alone."""

import os
import subprocess
from pathlib import Path
from typing import Final

from fer_desktop.log import get_logger
from fer_desktop.programs import run_program, trainer_command
from trainer.contract.preset import LITERT, read_preset

_log = get_logger("vision")

_TIMEOUT_S: Final = 300


def add_litert(folder: Path) -> None:
    """Have the trainer add the file to a model folder that lacks it; where it cannot, Keras runs.

    Takes some seconds. The trainer keeps the file only if it answers as the model does.

    Raises:
        PresetError: if the folder is no model folder.
    """
    if read_preset(folder).file_in(LITERT) is not None:
        return
    try:
        done = run_program(
            trainer_command(["convert", str(folder)]),
            # The only backend that can.
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            timeout_s=_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.info("%s has no file for LiteRT: %s", folder.name, error)
        return
    if done.returncode:
        errors = done.stderr.decode("utf-8", "replace").strip()
        _log.info("%s has no file for LiteRT: %s", folder.name, errors[-1000:])
