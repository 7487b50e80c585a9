"""Reader of a folder with an ``index.csv`` that names its pictures and what they show."""

from pathlib import Path
from typing import Final

from trainer.data.columns import SUBJECT_COLUMNS
from trainer.data.listing import Entry, Listing, PictureReader
from trainer.data.split_names import split_of
from trainer.data.tables import header, read_table
from trainer.errors import DataError

INDEX_FILE: Final = "index.csv"


class IndexReader(PictureReader):
    """Pictures below a folder, named by its ``index.csv``.

    Columns: ``file`` (below the folder) and ``label``; ``split`` (train, validation, test, or
    their usual other names) and one of ``person``, ``subject`` and ``film`` if wanted. Others are
    ignored. Pictures that cannot be used are listed as skipped.
    """

    title = "index.csv"
    # Whoever writes an index can name persons in it.
    finds_people_in_names = False

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not such a folder, nothing where it is one."""
        if not path.is_dir():
            return "it is not a folder"
        if not (path / INDEX_FILE).is_file():
            return f"it has no {INDEX_FILE}"
        try:
            named = "file" in header(path / INDEX_FILE)
        except DataError as error:
            return str(error)
        return "" if named else f"its {INDEX_FILE} has no column file"

    def list_pictures(self) -> Listing:
        """Return the pictures in the order of the index."""
        index, entries, first = self.path / INDEX_FILE, [], dict[str, int]()
        used = ""
        for number, cells in read_table(index, ("file", "label")):
            file, label = cells["file"], cells["label"]
            split = split_of(cells.get("split", ""))
            if split is None and cells.get("split"):
                raise DataError(
                    f"{index}, row {number}: {cells['split'].lower()!r} is not the name of a "
                    "split.",
                    hint="Use train, validation and test.",
                )
            column = next((name for name in SUBJECT_COLUMNS if cells.get(name)), "")
            used = used or column
            problem = ""
            if not file or not label:
                problem = f"row {number} of {INDEX_FILE} has no {'label' if file else 'file'}"
            elif first.setdefault(file, number) != number:
                problem = f"rows {first[file]} and {number} of {INDEX_FILE} both name it"
            entries.append(
                Entry(
                    name=file or f"row {number}",
                    label=label,
                    split=-1 if split is None else split,
                    subject=cells.get(column, ""),
                    problem=problem,
                )
            )
        return Listing(
            self.path,
            entries,
            f"its {INDEX_FILE} has the columns file and label",
            subjects_from=f"the column {used}" if used else "",
        )
