"""Reader of archives: any other layout in a zip or tar file, unpacked while it is read."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from trainer.data.archive_files import is_archive, other_archive, unpack
from trainer.data.cache_room import cache_dir
from trainer.data.faces import FaceReader, FaceRow, Layout, ReadOptions, Skipped
from trainer.data.recognition import recognize
from trainer.errors import DataError


class ArchiveLayout:
    """What makes a reader of an archive.

    Args:
        layouts: returns the layouts that what is in it may have.
    """

    def __init__(self, layouts: Callable[[], Sequence[Layout]]) -> None:
        self._layouts = layouts

    def __call__(self, path: Path, options: ReadOptions) -> "ArchiveReader":
        """Return a reader of an archive."""
        return ArchiveReader(path, options, self._layouts)

    def refusal(self, path: Path) -> str:
        """Return why a path is not an archive, nothing where it may be one.

        Raises:
            DataError: if it is one of a kind that cannot be unpacked.
        """
        if kind := other_archive(path):
            raise DataError(
                f"{path} is an archive ({kind}) that is not read here.",
                hint="Unpack it yourself and give the folder; .zip and .tar are read as they are.",
            )
        return "" if is_archive(path) else "it is no archive"


class ArchiveReader:
    """A dataset in a zip or tar file. It is unpacked once, read into the cache, and removed."""

    def __init__(
        self, path: Path, options: ReadOptions, layouts: Callable[[], Sequence[Layout]]
    ) -> None:
        self._path = path
        self._options = options
        self._layouts = layouts
        self._inner: FaceReader | None = None

    def fingerprint(self) -> str:
        """Return a text that changes whenever the archive does."""
        state = self._path.stat()
        return f"archive {self._path.resolve()} {state.st_mtime_ns} {state.st_size} {self._options}"

    @property
    def label_names(self) -> tuple[str, ...]:
        """Those of the dataset in it, known after reading."""
        return () if self._inner is None else self._inner.label_names

    @property
    def title(self) -> str:
        """The layout of what is in it."""
        return f"{getattr(self._inner, 'title', '') or 'a dataset'}, in an archive"

    @property
    def why(self) -> str:
        """What it was recognized by."""
        return str(getattr(self._inner, "why", ""))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how it was read."""
        return tuple(getattr(self._inner, "notes", ()))

    @property
    def subjects_from(self) -> str:
        """Where persons' names come from."""
        return str(getattr(self._inner, "subjects_from", ""))

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Unpack the archive, and yield the faces in it.

        Raises:
            DataError: if it cannot be unpacked, or holds no dataset.
        """
        place = cache_dir()
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=place, prefix=".unpacked-", ignore_cleanup_errors=True
        ) as scratch:
            folder = Path(scratch)
            try:
                yield from unpack(self._path, folder)
                self._inner = recognize(folder, self._options, self._layouts())
                for row in self._inner.rows():
                    if isinstance(row, Skipped):
                        row = Skipped(row.name, self._named(row.reason, folder))
                    yield row
            except DataError as error:
                # What lies in the folder, people know as part of the archive.
                raise DataError(
                    self._named(error.message, folder), hint=self._named(error.hint, folder)
                ) from error
            # Whatever is told of it later is told before the folder goes.
            self._inner = _Told(self._inner, lambda text: self._named(text, folder))

    def _named(self, text: str, folder: Path) -> str:
        inside = f"{self._path}/"
        return text.replace(f"{folder}/", inside).replace(str(folder), str(self._path))


class _Told:
    """What a reader says of a dataset, kept when its files are gone."""

    def __init__(self, reader: FaceReader, named: Callable[[str], str]) -> None:
        self.label_names = reader.label_names
        self.title = str(getattr(reader, "title", ""))
        self.why = named(str(getattr(reader, "why", "")))
        self.notes = tuple(named(note) for note in getattr(reader, "notes", ()))
        self.subjects_from = str(getattr(reader, "subjects_from", ""))

    def fingerprint(self) -> str:
        """Return nothing: the archive has its own."""
        return ""

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Yield nothing more."""
        return iter(())
