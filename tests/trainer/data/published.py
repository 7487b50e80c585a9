"""Datasets of every layout, each as small as can be and with two labels at least."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from tests.trainer.conftest import face, write_csv
from tests.trainer.data.pictures import put
from trainer.data.votes import COLUMNS


def make_affectnet(root: Path) -> Path:
    """Write AffectNet with eight training and two validation faces."""
    for split, numbers in (("train_set", range(8)), ("val_set", (1, 6))):
        (root / split / "annotations").mkdir(parents=True)
        for at, number in enumerate(numbers):
            put(root / split / "images" / f"{at}.jpg", seed=at + 100 * len(split), side=32)
            np.save(root / split / "annotations" / f"{at}_exp.npy", str(number))
            np.save(root / split / "annotations" / f"{at}_val.npy", "0.5")
    return root


def make_rafdb(root: Path) -> Path:
    """Write RAF-DB with seven training and two test faces."""
    lines = [(f"train_{n:05}.jpg", n) for n in range(1, 8)]
    lines += [("test_0001.jpg", 4), ("test_0002.jpg", 7)]
    for at, (name, _) in enumerate(lines):
        put(root / "Image" / "aligned" / name.replace(".jpg", "_aligned.jpg"), seed=at)
    (root / "EmoLabel").mkdir()
    text = "".join(f"{name} {label}\n" for name, label in lines)
    (root / "EmoLabel" / "list_patition_label.txt").write_text(text)
    return root


def make_ferplus(root: Path) -> Path:
    """Write FER+'s folders: three faces each, of which one has no majority."""
    for at, name in enumerate(("FER2013Train", "FER2013Valid", "FER2013Test")):
        rows = []
        for number, votes in enumerate(({"happiness": 10}, {"anger": 8, "fear": 2}, {"nf": 10})):
            file = f"fer{at}{number:06}.png"
            put(root / name / file, seed=10 * at + number)
            cells = [str(votes.get(column, 0)) for column in COLUMNS]
            rows.append(f'{file},"(0, 0, 48, 48)",{",".join(cells)}')
        (root / name / "label.csv").write_text("\n".join(rows) + "\n")
    return root


def make_expw(root: Path) -> Path:
    """Write ExpW: three photographs with a face each."""
    lines = []
    for at, label in enumerate((3, 4, 6)):
        put(root / "origin" / f"photo {at}.jpg", seed=at, side=64)
        lines.append(f"photo {at}.jpg 0 {at} {at} 40 40 98.5 {label}")
    (root / "label.lst").write_text("\n".join(lines) + "\n")
    return root


def make_ck(root: Path) -> Path:
    """Write CK+: three persons with labelled sequences, and one sequence without a label."""
    sequences = {"S005/001": 3, "S010/002": 7, "S011/001": 2, "S011/002": 0}
    for at, (place, label) in enumerate(sequences.items()):
        for frame in range(1, 5):
            name = f"{place.replace('/', '_')}_{frame:08}"
            put(root / "cohn-kanade-images" / place / f"{name}.png", seed=10 * at + frame)
        folder = root / "Emotion" / place
        folder.mkdir(parents=True)
        if label:
            (folder / f"{name}_emotion.txt").write_text(f"   {label:.7e}\n")
    return root


def make_jaffe(root: Path) -> Path:
    """Write JAFFE with two women."""
    for at, code in enumerate(("AN", "DI", "FE", "HA", "NE", "SA", "SU")):
        put(root / "jaffedbase" / f"KA.{code}1.{at + 1}.tiff", seed=at)
        put(root / "jaffedbase" / f"YM.{code}2.{at + 9}.tiff", seed=at + 50)
    return root


def make_kdef(root: Path) -> Path:
    """Write KDEF with one woman in two sessions."""
    for at, code in enumerate(("AF", "AN", "DI", "HA", "NE", "SA", "SU")):
        for session in "AB":
            who = f"{session}F01"
            put(root / "KDEF" / who / f"{who}{code}S.JPG", seed=at + 50 * (session == "B"))
    return root


def make_label_folders(root: Path) -> Path:
    """Write folders for splits with folders for labels."""
    for at, split in enumerate(("train", "val", "test")):
        for number, label in enumerate(("happy", "sad")):
            for seed in range(3):
                name = f"{seed}.png"
                put(root / split / label / name, seed=seed + 100 * at, label=number)
    return root


def make_table(root: Path) -> Path:
    """Write pictures with a table of paths, labels, splits and persons."""
    rows = ["path,label,split,subject"]
    for at in range(8):
        put(root / "faces" / f"{at}.png", seed=at, label=at % 2)
        rows.append(f"faces/{at}.png,{('happy', 'sad')[at % 2]},train,p{at}")
    (root / "list.csv").write_text("\n".join(rows) + "\n")
    return root


def make_index(root: Path) -> Path:
    """Write pictures with an ``index.csv`` as ``fer-train fix`` writes it."""
    rows = [("file", "label", "split", "person")]
    for at in range(8):
        put(root / "0" / f"{at}.png", seed=at, label=at % 2)
        rows.append((f"0/{at}.png", ("happy", "sad")[at % 2], "train", f"p{at}"))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (root / "index.csv").write_text(text.getvalue())
    return root


def make_image_folder(root: Path) -> Path:
    """Write a Hugging Face image folder with ``metadata.csv``."""
    rows = ["file_name,label"]
    for at in range(8):
        put(root / "train" / f"{at}.png", seed=at, label=at % 2)
        rows.append(f"{at}.png,{('happy', 'sad')[at % 2]}")
    (root / "train" / "metadata.csv").write_text("\n".join(rows) + "\n")
    return root


def make_competition(root: Path) -> Path:
    """Write the competition's csv in a folder of its own."""
    rows = [(label, face(label, seed), "Training") for seed in range(5) for label in (0, 3)]
    write_csv(root / "fer2013.csv", rows)
    return root


def make_parquet(root: Path) -> Path:
    """Write pictures within a Parquet file; pyarrow must be there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    images = []
    for at in range(6):
        buffer = io.BytesIO()
        Image.fromarray(face(at % 2, at)).save(buffer, "png")
        images.append({"bytes": buffer.getvalue(), "path": f"{at}.png"})
    table = pa.table({"image": images, "label": [at % 2 for at in range(6)]})
    names = {"info": {"features": {"label": {"names": ["happy", "sad"], "_type": "ClassLabel"}}}}
    (root / "data").mkdir(parents=True)
    pq.write_table(
        table.replace_schema_metadata({"huggingface": json.dumps(names)}),
        root / "data" / "train-00000-of-00001.parquet",
    )
    return root


Make = Callable[[Path], Path]

# By the name that an inspection gives them.
LAYOUTS: Final[dict[str, Make]] = {
    "AffectNet": make_affectnet,
    "RAF-DB": make_rafdb,
    "FER+ folders": make_ferplus,
    "ExpW": make_expw,
    "CK+": make_ck,
    "JAFFE": make_jaffe,
    "KDEF": make_kdef,
    "label folders": make_label_folders,
    "table": make_table,
    "index.csv": make_index,
    "image folder": make_image_folder,
    "csv": make_competition,
    "Parquet": make_parquet,
}
