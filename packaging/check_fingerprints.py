"""Measure how surely fingerprints tell a model's training faces, and how seldom others.

    python packaging/check_fingerprints.py --data fer2013.csv --others DIR [--others DIR ...]

Fingerprints are made of the dataset's training and validation faces. Known again should be: these
faces, mirrored, resized and compressed; and those of the test faces that show the same picture. Not
known again should be: the faces of other collections. Prints the table of
``trainer/FINGERPRINTS.md``; ``--sheet`` writes the test faces that are known again though they are
no exact copies, each beside the face that it is taken for.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.data.dataset import Dataset
from trainer.data.fingerprints import (
    MOST_DIFFERENT,
    WORDS,
    Prints,
    fingerprints,
    least_different,
)
from trainer.data.images import read_picture
from trainer.data.picture_tree import files_below, is_picture
from trainer.data.readers import load_dataset
from trainer.metrics.markdown import table
from trainer.presets.known_faces import faces_of

SIDE_PX: Final = 48
SAMPLE: Final = 3_000
SHOWN: Final = 24

Picture = NDArray[np.uint8]


def resized(picture: Picture, side_px: int) -> Picture:
    shrinks = side_px < len(picture)
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side_px, side_px), interpolation=how), np.uint8)


def compressed(picture: Picture, quality: int) -> Picture:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def mirrored(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


CHANGES: Final[dict[str, Callable[[Picture], Picture]]] = {
    "as it is": lambda picture: picture,
    "mirrored": mirrored,
    "enlarged to 96 px": lambda picture: resized(picture, 96),
    "enlarged to 112 px": lambda picture: resized(picture, 112),
    "reduced to 32 px": lambda picture: resized(picture, 32),
    "reduced to 24 px": lambda picture: resized(picture, 24),
    "JPEG, quality 75": lambda picture: compressed(picture, 75),
    "JPEG, quality 30": lambda picture: compressed(picture, 30),
    "mirrored, 96 px, JPEG 75": lambda picture: compressed(resized(mirrored(picture), 96), 75),
    "lighter by a fifth, clipped": lambda picture: cv2.convertScaleAbs(picture, alpha=1.2, beta=15),
    "moved by a pixel": lambda picture: np.roll(picture, 1, axis=1),
    "border of 4 % cut off": lambda picture: resized(picture[2:-2, 2:-2], 48),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how surely fingerprints tell faces.")
    parser.add_argument("--data", required=True, type=Path, metavar="PATH")
    parser.add_argument("--others", action="append", default=[], type=Path, metavar="DIR")
    parser.add_argument("--sheet", type=Path, metavar="FILE")
    args = parser.parse_args()
    dataset = load_dataset(DataSource(path=args.data))
    known = faces_of(dataset)
    prints = np.concatenate([known.learned, known.chosen])
    print(f"{len(prints):,} fingerprints of {64 * WORDS} bits; at most {MOST_DIFFERENT} differ.\n")
    print("\n".join(hits(dataset)), "\n")
    print("\n".join(others(args.others, prints)), "\n")
    print("\n".join(test_faces(dataset, prints, args.sheet)))


def hits(dataset: Dataset) -> list[str]:
    """Return how many training faces are known again after each change."""
    rows = dataset.rows("train")
    rows = rows[np.linspace(0, len(rows) - 1, SAMPLE).astype(int)]
    pictures = [picture for row in rows if (picture := dataset.images[row][..., 0]).std() > 0]
    own = fingerprints(np.stack(pictures)[..., np.newaxis], np.arange(len(pictures)))
    lines = []
    for name, change in CHANGES.items():
        changed = np.stack([change(picture) for picture in pictures])[..., np.newaxis]
        at = np.arange(len(pictures))
        ways = [fingerprints(each, at) ^ own for each in (changed, changed[:, :, ::-1])]
        bits = np.bitwise_count(np.stack(ways)).sum(axis=2, dtype=np.int64).min(axis=0)
        lines.append([name, f"{(bits <= MOST_DIFFERENT).mean():.2%}", *spread(bits)])
    return table(["training face", "known again", "median bits", "99 %", "most"], lines)


def others(folders: Sequence[Path], prints: Prints) -> list[str]:
    """Return how many faces of other collections are taken for training faces."""
    lines = []
    for folder in folders:
        files = [folder / name for name in files_below(folder) if is_picture(name)]
        images = np.stack([read_picture(file, SIDE_PX, "gray")[0] for file in files])
        bits, _ = least_different(images, np.arange(len(images)), prints)
        wrong = int((bits <= MOST_DIFFERENT).sum())
        lines.append([folder.name, f"{len(files):,}", f"{wrong}", f"{bits.min()}"])
    return table(["other collection", "faces", "taken for known", "fewest bits"], lines)


def test_faces(dataset: Dataset, prints: Prints, sheet: Path | None) -> list[str]:
    """Return how the test faces that are known again resemble the faces they are taken for."""
    rows = dataset.rows("test")
    bits, which = least_different(dataset.images, rows, prints)
    seen = np.concatenate([dataset.rows("train"), dataset.rows("validation")])
    found = np.flatnonzero(bits <= MOST_DIFFERENT)
    exact = np.isin(dataset.copies[rows[found]], dataset.copies[seen])
    pairs = [(rows[at], seen[which[at]]) for at in found[~exact]]
    likeness = np.array(
        [correlation(dataset.images[one], dataset.images[two]) for one, two in pairs]
    )
    lines = [["exact copies", f"{int(exact.sum())}"]]
    for low, high in ((0.97, 1.01), (0.9, 0.97), (0.8, 0.9), (-1.0, 0.8)):
        count = int(((likeness >= low) & (likeness < high)).sum())
        lines.append([f"others, correlation {low:g} to {min(high, 1):g}", f"{count}"])
    if sheet is not None:
        write_sheet(dataset, [pairs[at] for at in np.argsort(likeness)[:SHOWN]], sheet)
    return table([f"of {len(rows):,} test faces, known again", "faces"], lines)


def correlation(one: Picture, other: Picture) -> float:
    """Return how alike two pictures are, the second one mirrored if that is more."""
    first, second = one[..., 0].astype(float), other[..., 0].astype(float)
    return max(
        float(np.corrcoef(first.ravel(), each.ravel())[0, 1]) for each in (second, second[:, ::-1])
    )


def spread(bits: NDArray[np.int64]) -> list[str]:
    return [f"{value:.0f}" for value in np.percentile(bits, (50, 99, 100))]


def write_sheet(dataset: Dataset, pairs: Sequence[tuple[int, int]], file: Path) -> None:
    """Write pairs side by side, those first that are least alike."""
    tiles = [np.hstack([dataset.images[row][..., 0] for row in pair]) for pair in pairs]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 4)
    lines = [np.hstack(tiles[at : at + 4]) for at in range(0, len(tiles), 4)]
    cv2.imwrite(str(file), np.vstack(lines))


if __name__ == "__main__":
    main()
