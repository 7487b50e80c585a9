"""Write docs/columns.md, the data dictionary of all tables, from the columns' own definitions.

python packaging/make_dictionary.py [OUT]
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "docs" / "columns.md"


def dictionary() -> str:
    """Return the page."""
    from fer_desktop.cli.joint_table import FILE
    from fer_desktop.cli.many.summary import run_columns
    from fer_desktop.domain.measures import tabular
    from fer_desktop.recording.column import dictionary_markdown
    from fer_desktop.recording.correction_column import AGREED, of_rater
    from fer_desktop.recording.csv_columns import Columns, ExtraColumn
    from fer_desktop.recording.joint_export import SESSION
    from fer_desktop.recording.mark_column import MARKS
    from fer_desktop.recording.person_column import PERSON
    from fer_desktop.recording.shared_clock import SHARED_TIME
    from fer_desktop.recording.summary_table import SUMMARY_COLUMNS
    from fer_desktop.vision.measure_catalogue import own_measures

    faces = Columns(
        labels=("<label>",),
        measures=tabular(own_measures()),
        is_calibrated=True,
        with_model=True,
        extra=tuple(
            ExtraColumn(column, lambda *_: "")
            for column in (
                *(MARKS, PERSON, AGREED, of_rater("<rater>"), SESSION),
                *(SHARED_TIME, FILE),
            )
        ),
    )
    return f"""# Columns

What stands in the columns of every table. This page is made from their definitions
(`python packaging/make_dictionary.py`).

The same explanations come with the tables: in the `.meta.json` beside a CSV (`columns`), in the
sheet `columns` of an Excel workbook, in the schema of a Parquet file, and in the `.columns.csv`
beside a summary.

## Faces: one row per face and analysed frame

`p_<label>` and `corrected_<label>` stand once for each label of the model. Between them are the
columns of those measures that were chosen; [measures.md](measures.md) draws their directions and
says how good they are. Columns of measures, `corrected_<label>`, `model` (where several models read
the session), `marks`, `person` (where people were named, merged, split or hidden),
`corrected_label` (where people labelled faces; with `corrected_label_<rater>` for each where they
are several), `session` (where several sessions are in one table), `shared_time_s` (where two of
them were live at the same time) and `file` (`analyze --together`) are there only
where they hold something.

{dictionary_markdown(faces.columns())}
## Meshes: one entry per face and frame, in an NPZ file

`NAME.mesh.npz` stands beside a table where the measure `mesh` was chosen; `numpy.load` reads it.
Points are numbered as in MediaPipe's face mesh; the last ten are the irises.

| array | shape | unit | meaning |
| --- | --- | --- | --- |
| frame\\_index | entries |  | number of the frame in its source, from 0 |
| timestamp\\_us | entries | µs | time on the source's own clock |
| face\\_id | entries |  | number of the face's track in this session, from 1 |
| points\\_px | entries, 478, 3 | px | x to the right, y down, z smaller nearer to the camera |

## Summary: one row per session, interval, person and expression

{dictionary_markdown(SUMMARY_COLUMNS)}
## Many files: one row per file

`summary.csv` of `analyze --workers` and `--scheduler`.

{dictionary_markdown(run_columns(("<label>",)))}"""


def main() -> None:
    """Obey the command line."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_text(dictionary(), encoding="utf-8")
    print(target)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
