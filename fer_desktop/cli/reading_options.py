"""The options of every command that reads faces."""

import argparse
from typing import Final, get_args

from fer_desktop.cli.option_values import measures
from fer_desktop.settings import FaceSearch, Settings

MODEL_HELP: Final = "name of an installed model, or a model folder"


def add_reading_options(command: argparse.ArgumentParser, *, to_tables: bool = True) -> None:
    """Add what says how faces are found and read.

    Args:
        command: gets the options.
        to_tables: whether the numbers go into tables; else they are sent.
    """
    defaults = Settings()
    command.add_argument(
        "--smoothing-ms",
        metavar="MS",
        type=int,
        default=defaults.smoothing_ms,
        help="time constant of the smoothing of emotion and confidence over time, 0 for none"
        " (default: %(default)s); the "
        + ("columns p_..." if to_tables else "probabilities beside them")
        + " are never smoothed",
    )
    command.add_argument(
        "--min-score",
        metavar="SCORE",
        type=float,
        default=defaults.min_detection_score,
        help="minimum detection score of a face (default: %(default)s)",
    )
    command.add_argument(
        "--measures",
        metavar="all|none|A,B",
        type=measures,
        default=(),
        help=f"further measures of each face{', in columns after p_...' if to_tables else ''}:"
        " head_pose, gaze, eyes_open, actions_mouth and others (README: Measures), measures of"
        " installed packages, all of them except mesh, or none (default); mesh is "
        + ("written as NAME.mesh.npz" if to_tables else "never sent"),
    )
    command.add_argument(
        "--faces",
        choices=get_args(FaceSearch),
        default=defaults.face_search,
        help="small: search every frame for small faces as well, as in a group photograph or a "
        "classroom, which takes about a hundred times as long (tenths of a second per "
        "frame); large: never search for them; auto: in images, but not in videos (default: "
        "%(default)s)",
    )
