"""Reader of image folders: one per label, with folders for splits and for persons if wanted."""

from pathlib import Path, PurePosixPath
from typing import Final

from trainer.contract.dataset_facts import ORIGINS_FILE
from trainer.data.folder_roles import Place, read_roles
from trainer.data.legends import LEGENDS, Legend, is_number, legend_beside, plain_number
from trainer.data.listing import Entry, Listing, PictureReader, ordered_labels, subject_finder
from trainer.data.picture_tree import files_below, folders_in, is_picture, wrapped
from trainer.data.split_names import SPLIT_NAMES
from trainer.errors import DataError

__all__ = ["SPLIT_NAMES", "FolderReader", "ordered_labels", "subject_finder"]

_ORDER: Final = {
    ("label",): "a folder for each label",
    ("label", "person"): "a folder for each label, with one for each person in it",
    ("person", "label"): "a folder for each person, with one for each label in it",
    ("split", "label"): "split folders with a folder for each label",
    ("split", "label", "person"): "split folders with a folder for each label, persons in these",
    ("split", "person", "label"): "split folders with a folder for each person, labels in these",
    ("label", "split"): "a folder for each label, with split folders in it",
}
_LISTED: Final = 12
_WAY_OUT: Final = (
    "Put the pictures of each label into a folder with its name, or name pictures and labels in a "
    "table (index.csv with the columns file and label)."
)


class FolderReader(PictureReader):
    """Images in folders named after their labels.

    Folders for splits may lie around the labels or in them, folders for persons likewise; which is
    which is told by the names of splits and of expressions. Folders in a label's folder whose
    names recur in others are taken for persons. Files that are no images are listed as skipped.
    """

    title = "label folders"

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not such a folder, nothing where it may be one."""
        return "" if path.is_dir() else "it is not a folder"

    def list_pictures(self) -> Listing:
        """Return the pictures in the order of their paths."""
        files = [file for file in files_below(self.path) if file.name != ORIGINS_FILE]
        pictures = [file for file in files if is_picture(file)]
        folders = [file.parent.parts for file in pictures]
        roles = read_roles([parts for parts in folders if parts])
        if roles.strays:
            raise DataError(
                f"{self.path / roles.strays[0]} lies beside split folders but is not one.",
                hint="Use train, validation and test, or only folders named after labels.",
            )
        if pictures and not any(place.label for place in roles.places.values()):
            self._refuse_unlabelled(pictures)
        legend, notes = self._legend({place.label for place in roles.places.values()}, files)
        entries = [self._entry(file, roles.places, legend) for file in files]
        notes += self._empty_folders(pictures)
        order = _ORDER.get(roles.order, ", ".join(roles.order))
        return Listing(
            self.path,
            entries,
            f"it has {order}",
            notes,
            subjects_from="the folders" if "person" in roles.order else "",
        )

    def _entry(
        self, file: PurePosixPath, places: dict[tuple[str, ...], Place], legend: Legend
    ) -> Entry:
        place = places.get(file.parent.parts, Place())
        problem = ""
        if not place.label:
            inside = any(parts[: len(file.parent.parts)] == file.parent.parts for parts in places)
            known = is_picture(file) or inside or not file.parent.parts
            problem = "it lies in no label's folder" if known else "not an image file"
        elif not is_picture(file):
            problem = "not an image file"
        return Entry(
            name=file.as_posix(),
            label=legend.get(plain_number(place.label), place.label),
            split=place.split,
            subject=place.subject,
            problem=problem,
        )

    def _legend(self, labels: set[str], files: list[PurePosixPath]) -> tuple[Legend, list[str]]:
        """Return what labels that are numbers stand for, as far as the dataset says it."""
        numbers = {plain_number(label) for label in labels if label and is_number(label)}
        if not numbers or len(numbers) < len({label for label in labels if label}):
            return {}, []
        names = [file.name for file in files if is_picture(file)]
        rafdb = subject_finder(r"^((?:train|test)_\d{4,5}(?:_aligned)?)\.\w+$")
        if numbers <= set(LEGENDS["raf-db"]) and names and all(map(rafdb, names)):
            return LEGENDS["raf-db"], ["The labels are RAF-DB's numbers, by the pictures' names."]
        for folder in wrapped(self.path):
            found = legend_beside(folder)
            if found is not None and numbers <= set(found[0]):
                return found[0], [f"What the numbered labels stand for is read in {found[1].name}."]
        return {}, []

    def _refuse_unlabelled(self, pictures: list[PurePosixPath]) -> None:
        parents = sorted({file.parent.as_posix() for file in pictures})
        places = ", ".join("the folder itself" if name == "." else name for name in parents[:5])
        raise DataError(
            f"{self.path} holds {len(pictures):,} pictures, but none in a folder named after a "
            f"label: they lie in {places}.",
            hint=_WAY_OUT,
        )

    def _empty_folders(self, pictures: list[PurePosixPath]) -> list[str]:
        """Say which folders hold no picture: a dataset that was unpacked in part has such."""
        full = {parent.parts for file in pictures for parent in file.parents}
        empty = []
        for outer in folders_in(self.path):
            if (outer.name,) not in full:
                empty.append(outer.name)
                continue
            inner = (folder.name for folder in folders_in(outer))
            empty += [f"{outer.name}/{name}" for name in inner if (outer.name, name) not in full]
        if not empty:
            return []
        more = len(empty) - _LISTED
        named = ", ".join(empty[:_LISTED]) + (f" and {more:,} more" if more > 0 else "")
        return [f"Folders without a picture: {named}."]
