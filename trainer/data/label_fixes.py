"""Labels of single pictures that a person has put right; the dataset itself stays as it is."""

from dataclasses import replace
from typing import Final

from trainer.config import DataSource
from trainer.contract.labels import canonical
from trainer.contract.text import counted, one_line
from trainer.data.faces import Faces
from trainer.data.tables import read_table
from trainer.errors import DataError

_COLUMNS: Final = ("name", "label")


def with_fixes(source: DataSource, faces: Faces) -> Faces:
    """Return the faces with the labels that the source's table of fixes gives them.

    A picture is named as ``fer-train inspect`` names it; one whose new label is empty is left out.
    Splits are drawn before, so that a fix moves no picture to another one. Pictures that the
    dataset does not have are no longer there, and are told of.

    Raises:
        DataError: if the table cannot be read, or names a label that the dataset does not have.
    """
    if source.fixes is None:
        return faces
    if source.votes is not None:
        raise DataError("--fixes and --votes cannot be used together: each gives all labels.")
    rows = {name: row for row, name in enumerate(faces.names)}
    places = {canonical(name): at for at, name in enumerate(faces.label_names)}
    label = faces.label.copy()
    corrected = removed = gone = 0
    for number, cells in read_table(source.fixes, _COLUMNS):
        row, wanted = rows.get(cells["name"]), cells["label"]
        if row is None:
            gone += 1
        elif not wanted:
            removed += label[row] >= 0
            label[row] = -1
        elif canonical(wanted) in places:
            corrected += label[row] != places[canonical(wanted)]
            label[row] = places[canonical(wanted)]
        else:
            raise DataError(
                f"{source.fixes}, row {number}: the dataset has no label {one_line(wanted)!r}.",
                hint=f"Its labels are {', '.join(faces.label_names)}.",
            )
    notes = []
    if corrected or removed:
        notes.append(
            f"{counted(corrected, 'label')} corrected and {counted(removed, 'picture')} left out "
            "by the table of fixes."
        )
    if gone:
        pictures = counted(gone, "picture")
        notes.append(f"The table of fixes names {pictures} that the dataset does not have.")
    return replace(faces, label=label, notes=(*faces.notes, *notes))
