"""Arrays in ``.npz`` files, read only where a file holds what the heads of its arrays promise."""

import math
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

# The largest network that is loaded, with all that an optimizer remembers of it.
_MOST_BYTES: Final = 4 << 30
_HEADS: Final = {
    (1, 0): npy_format.read_array_header_1_0,
    (2, 0): npy_format.read_array_header_2_0,
}


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays that ``numpy.savez`` wrote, by their names.

    A head of some bytes can promise an array of terabytes; memory for it would be taken at once.

    Raises:
        ValueError: if the file is damaged, or larger than a run can be.
        OSError: if it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MOST_BYTES:
                raise ValueError(f"it is larger than {_MOST_BYTES:,} bytes")
            for member in members:
                _judge(archive, member)
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise ValueError("it is no file of arrays") from error


def _judge(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{member.filename} in it is packed")
    with archive.open(member) as file:
        shape, _, kind = _HEADS[npy_format.read_magic(file)](file)
        promised = math.prod(shape) * kind.itemsize
        if kind.hasobject or file.tell() + promised != member.file_size:
            raise ValueError(f"{member.filename} in it is not what its head says")
