"""Lists in plain text: cells separated by blanks, one picture per line."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trainer.data.tables import bounded_lines, table_form
from trainer.errors import DataError

_LONGEST_LINE: Final = 10_000


def read_list(path: Path, cells: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not empty.

    Args:
        path: the file.
        cells: how many each line must have; the first may hold blanks.

    Raises:
        DataError: if the file cannot be read, or a line has too few.
    """
    form = table_form(path)
    try:
        with path.open(encoding=form.encoding) as file:
            for number, line in enumerate(bounded_lines(file), 1):
                if not line.strip():
                    continue
                found = line[:_LONGEST_LINE].strip().rsplit(maxsplit=cells - 1)
                if len(found) < cells:
                    raise DataError(
                        f"{path}, line {number}: {len(found)} words where {cells} are expected.",
                        hint="Another file seems to lie in its place.",
                    )
                yield number, found
    except PermissionError:
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeError, csv.Error) as error:
        raise DataError(f"{path} is not a text file.") from error
