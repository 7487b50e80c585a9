"""Reader of RAF-DB as it is unpacked: ``EmoLabel/list_patition_label.txt`` and aligned faces."""

from pathlib import Path
from typing import Final

from trainer.data.legends import LEGENDS
from trainer.data.listing import Entry, Listing, PictureReader, twice_named
from trainer.data.picture_tree import files_below, find_file, find_folder, is_picture, wrapped
from trainer.data.split_names import split_of
from trainer.data.text_lists import read_list
from trainer.errors import DataError

_LIST: Final = ("list_patition_label.txt", "list_partition_label.txt")
_LEGEND: Final = LEGENDS["raf-db"]


class RafDbReader(PictureReader):
    """Faces in ``Image/aligned``, labelled by a list; their names say train or test."""

    title = "RAF-DB"

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not RAF-DB, nothing where it is."""
        return "" if _root(path) else "it has no EmoLabel and Image/aligned as RAF-DB has"

    def list_pictures(self) -> Listing:
        """Return the pictures in the order of the list."""
        root = _root(self.path)
        assert root is not None
        labels = find_folder(root, "EmoLabel")
        table = find_file(labels, *_LIST) if labels else None
        if table is None:
            raise DataError(
                f"{root} has RAF-DB's pictures, but no EmoLabel/{_LIST[0]}.",
                hint="Unpack EmoLabel beside Image.",
            )
        images = find_folder(root, "Image")
        aligned = find_folder(images, "aligned") if images else None
        if aligned is None:
            has_photos = images is not None and find_folder(images, "original") is not None
            why = " (Image/original holds whole photographs)" if has_photos else ""
            raise DataError(
                f"{root} has RAF-DB's labels, but no faces in Image/aligned{why}.",
                hint="Unpack aligned.zip in Image.",
            )
        there = {file.as_posix() for file in files_below(aligned) if is_picture(file)}
        base, entries, used = aligned.relative_to(root).as_posix(), [], set()
        for number, (name, label) in read_list(table, 2):
            stem = Path(name).stem
            file = f"{stem}_aligned.jpg" if f"{stem}_aligned.jpg" in there else name
            split = split_of(stem.partition("_")[0])
            problem = ""
            if label not in _LEGEND:
                problem = f"line {number} of {table.name}: {label!r} is no label of RAF-DB's"
            elif file not in there:
                problem = "there is no such file"
            used.add(file)
            entries.append(
                Entry(
                    name=f"{base}/{file if file in there else f'{stem}_aligned.jpg'}",
                    label=_LEGEND.get(label, ""),
                    split=-1 if split is None else split,
                    problem=problem,
                )
            )
        for file in sorted(there - used):
            entries.append(Entry(name=f"{base}/{file}", problem=f"{table.name} does not name it"))
        return Listing(
            root,
            twice_named(entries, table.name),
            f"it has EmoLabel/{table.name} and Image/aligned",
        )


def _root(path: Path) -> Path | None:
    if not path.is_dir():
        return None
    places = [*wrapped(path)]
    places += [basic for place in places if (basic := find_folder(place, "basic")) is not None]
    for place in places:
        labels, images = find_folder(place, "EmoLabel"), find_folder(place, "Image")
        if labels and find_file(labels, *_LIST):
            return place
        if images and (find_folder(images, "aligned") or find_folder(images, "original")):
            return place
    return None
