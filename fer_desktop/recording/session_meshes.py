"""Meshes of a recorded session, read frame by frame as they are shown: all of them are too many."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.measures import MESH, Measurement, MeasureSpec
from fer_desktop.log import get_logger
from fer_desktop.recording.measurements import unpacked_numbers
from fer_desktop.recording.session_format import distrust

log = get_logger("recording")


class SessionMeshes:
    """Finds the meshes of one frame, within some milliseconds; any thread but that of the window.

    The file is open only for as long as it is read: meanwhile it may be deleted.
    """

    def __init__(
        self,
        path: Path,
        specs: Mapping[int, MeasureSpec],
        frame_indices: NDArray[np.int64],
    ) -> None:
        """Take where they are.

        Args:
            path: the session's file.
            specs: the session's measures, by their numbers.
            frame_indices: of its frames, rising.
        """
        self._path = path
        self._specs = {number: spec for number, spec in specs.items() if spec.key == MESH}
        self._frame_indices = frame_indices
        self._is_told = False

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._specs)

    def of_row(self, row: int) -> Mapping[int, Measurement]:
        """Return the meshes of a frame by face; none where they cannot be read.

        Args:
            row: position of the frame among all of the session.
        """
        found: dict[int, Measurement] = {}
        frame_index = int(self._frame_indices[row])
        try:
            # Not read-only: that leaves SQLite's own files beside the session.
            with closing(
                sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=rw", uri=True)
            ) as db:
                distrust(db)
                for number, spec in self._specs.items():
                    for face_id, packed in db.execute(
                        "SELECT face_id, numbers FROM measured"
                        " WHERE frame_index = ? AND measure_id = ?",
                        (frame_index, number),
                    ):
                        found[face_id] = Measurement(spec, unpacked_numbers(spec, packed))
        except (sqlite3.Error, ValueError, TypeError) as error:
            if not self._is_told:
                self._is_told = True
                log.warning("meshes of %s cannot be read: %s", self._path, error)
            return {}
        return found
