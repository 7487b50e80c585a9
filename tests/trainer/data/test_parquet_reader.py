"""Parquet as Hugging Face stores it, and as a table of paths."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.trainer.conftest import face
from tests.trainer.data.pictures import labels_of, put, read, reasons
from trainer.errors import DataError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def png(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(face(0, seed)).save(buffer, "png")
    return buffer.getvalue()


def write(file: Path, names: list[str] | None = None, **columns: list[Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    if names is not None:
        about = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
        table = table.replace_schema_metadata({"huggingface": json.dumps(about)})
    pq.write_table(table, file)
    return file


def test_pictures_in_the_table_with_named_labels(tmp_path: Path) -> None:
    for at, split in enumerate(("train", "test")):
        images = [{"bytes": png(10 * at + n), "path": f"{split} {n}.png"} for n in range(4)]
        images[3]["bytes"] = b"no picture"
        path = tmp_path / "data" / f"{split}-00000-of-00001.parquet"
        write(path, ["sad", "happy"], image=images, label=[0, 1, 1, 0])
    faces = read(tmp_path)
    assert labels_of(faces) == {"happy": 4, "sad": 2}
    assert sorted(faces.split.tolist()) == [0, 0, 0, 2, 2, 2]
    assert faces.names[0] == "test 0.png"
    assert set(reasons(faces)) == {
        "train-00000-of-00001.parquet, row 4",
        "test-00000-of-00001.parquet, row 4",
    }


def test_paths_in_the_table(tmp_path: Path) -> None:
    for at in range(3):
        put(tmp_path / f"{at}.png", seed=at)
    table = write(
        tmp_path / "list.parquet",
        path=["0.png", "1.png", "2.png", "../x.png"],
        emotion=["happy", "sad", "sad", "sad"],
        split=["train", "train", "test", "test"],
        person=["a", "b", "c", "d"],
    )
    faces = read(table)
    assert labels_of(faces) == {"happy": 1, "sad": 2}
    assert faces.subjects == ("a", "b", "c")
    assert "lies outside" in reasons(faces)["list.parquet, row 4"]


def test_what_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match=r"has no column label.*columns are path"):
        read(write(tmp_path / "a.parquet", path=["0.png"]))
    (tmp_path / "b.parquet").write_bytes(b"PAR1 damaged")
    with pytest.raises(DataError, match=r"b\.parquet cannot be read") as caught:
        read(tmp_path / "b.parquet")
    assert "\n" not in str(caught.value)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"needs the Python package pyarrow.*pip install pyarrow"):
        read(write(tmp_path / "c.parquet", path=["0.png"], label=["happy"]))
