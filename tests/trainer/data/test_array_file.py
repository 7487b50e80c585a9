"""An ``.npz`` file that promises more than it holds takes no memory."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from trainer.data.array_file import read_arrays

pytestmark = pytest.mark.unit

ARRAYS = {"w0": np.arange(6, dtype=np.float32).reshape(2, 3), "facts": np.array('{"epoch": 1}')}


def promising(shape: tuple[int, ...], kind: str = "<f4") -> bytes:
    """Return an array of some bytes whose head promises a shape."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": kind, "fortran_order": False, "shape": shape}
    )
    return head.getvalue() + bytes(24)


def write(path: Path, content: bytes, packing: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("w0.npy", content)


def test_arrays_come_back(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **ARRAYS)
    found = read_arrays(tmp_path / "a.npz")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
    write(tmp_path / "b.npz", promising((2, 3)))
    assert read_arrays(tmp_path / "b.npz")["w0"].shape == (2, 3)


@pytest.mark.parametrize(
    ("content", "packing"),
    [
        (promising((10**12,)), zipfile.ZIP_STORED),
        (promising((2, 4)), zipfile.ZIP_STORED),
        (promising((1,)), zipfile.ZIP_STORED),
        (promising((2**40, 2**40)), zipfile.ZIP_STORED),
        (promising((-6,)), zipfile.ZIP_STORED),
        (promising((3,), "|O"), zipfile.ZIP_STORED),
        (promising((2, 3)) + bytes(10**6), zipfile.ZIP_DEFLATED),
        (promising((2, 3)), zipfile.ZIP_DEFLATED),
        (b"nonsense", zipfile.ZIP_STORED),
        (b"", zipfile.ZIP_STORED),
    ],
)
def test_a_file_that_promises_something_else_is_refused(
    tmp_path: Path, content: bytes, packing: int
) -> None:
    write(tmp_path / "a.npz", content, packing)
    with pytest.raises(ValueError, match=r"."):
        read_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match="no file of arrays"):
        read_arrays(tmp_path / "a.npz")
