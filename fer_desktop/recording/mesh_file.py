"""Meshes of faces as a file of NumPy's, for they are too wide for a table."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.measures import MESH
from fer_desktop.errors import StorageError
from fer_desktop.files import storage_error, whole_file

MESH_SUFFIX: Final = ".mesh.npz"


class MeshFile:
    """Collects the meshes of a session, on disk, for there may be gigabytes of them."""

    def __init__(self, path: Path) -> None:
        """Take where the file will be; what is collected lies beside it, and has no name.

        Raises:
            OSError: if nothing can be written there.
        """
        self._path = path
        self._rows: list[tuple[int, int, int]] = []
        self._sessions: list[str] = []  # of each row, in a file of several
        self._width = 0
        self._points = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - see close

    def add(self, analysis: FrameAnalysis, session: str = "") -> None:
        """Take the meshes of a frame.

        Args:
            analysis: the frame.
            session: its name, where there are several.

        Raises:
            StorageError: if they cannot be written, or have not the same points in every frame.
        """
        for face in analysis.faces:
            for spec, numbers in face.measurements:
                if spec.key == MESH:
                    self._width = self._width or len(numbers)
                    if not numbers or len(numbers) != self._width or len(numbers) % 3:
                        raise StorageError(
                            f"{self._path} cannot be written: a mesh in the session is damaged."
                        )
                    try:
                        self._points.write(np.asarray(numbers, "<f4").tobytes())
                    except OSError as error:
                        raise storage_error(self._path, error) from error
                    self._rows.append((analysis.frame_index, analysis.timestamp_us, face.face_id))
                    if session:
                        self._sessions.append(session)

    def write_to(self, part: Path) -> None:
        """Write the file: ``frame_index``, ``timestamp_us``, ``face_id``, and ``points_px`` of
        shape (rows, points, 3): x, y, and z, smaller nearer to the camera; of several sessions
        also ``session``, their names.

        Raises:
            OSError: if it cannot be written.
        """
        self._points.flush()
        rows = np.array(self._rows, np.int64).reshape(-1, 3)
        points = np.zeros((0, 0, 3), "<f4")
        if self._rows:
            shape = (len(rows), self._width // 3, 3)
            points = np.memmap(self._points, "<f4", mode="r", shape=shape)
        arrays: dict[str, Any] = {
            "frame_index": rows[:, 0],
            "timestamp_us": rows[:, 1],
            "face_id": rows[:, 2],
            "points_px": points,
        }
        if self._sessions:
            arrays["session"] = np.array(self._sessions)
        np.savez_compressed(part, **arrays)

    def close(self) -> None:
        """Remove what was collected."""
        self._points.close()


@contextmanager
def mesh_file(path: Path, *, overwrite: bool = False) -> Iterator[MeshFile]:
    """Give what collects meshes; the file appears when the block succeeds.

    Raises:
        StorageError: if it exists and must not be replaced, or cannot be written.
    """
    with whole_file(path, overwrite=overwrite) as part:
        collected = MeshFile(path)
        try:
            yield collected
            collected.write_to(part)
        finally:
            collected.close()
