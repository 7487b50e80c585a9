"""The rows of a CSV file as NumPy columns, for programs that want no file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.errors import FerError
from fer_desktop.recording.column import Column
from fer_desktop.recording.csv_columns import Columns
from fer_desktop.recording.session_format import RecordedFrame, UsedModel
from fer_desktop.recording.text_cells import text_cell

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class FaceTable:
    """One row per face and analysed frame, with the columns and numbers of the CSV export.

    ``table["confidence"]`` is one column, shape (rows,). Whole numbers are int64, texts are NumPy's
    strings, everything else is float64, NaN where the CSV has an empty cell.

    Attributes:
        columns: the columns by name, in the order of the CSV.
        labels: of the model, in the order of its ``p_`` columns.
        frame_count: frames that were analysed, those without a face among them.
        problem: why the table ends early; empty if it is whole.
    """

    columns: Mapping[str, NDArray[Any]]
    labels: tuple[str, ...]
    frame_count: int
    problem: str = ""

    @classmethod
    def of(
        cls,
        frames: Iterable[RecordedFrame],
        models: Sequence[UsedModel],
        *,
        measures: Sequence[MeasureSpec] = (),
        is_calibrated: bool = False,
    ) -> "FaceTable":
        """Make a table of analysed frames.

        Args:
            frames: in the order of the table.
            models: those that read them.
            measures: what else was measured of faces.
            is_calibrated: whether there are faces that were read against their own rest.
        """
        layout = Columns.of(models, measures=measures, is_calibrated=is_calibrated)
        rows: list[list[str]] = []
        frame_count = 0
        for frame in frames:
            frame_count += 1
            rows += layout.cells(frame)
        described = layout.columns()
        by_column = zip(*rows, strict=True) if rows else [()] * len(described)
        columns = {
            text_cell(column.name): _typed(column, cells)
            for column, cells in zip(described, by_column, strict=True)
        }
        return cls(MappingProxyType(columns), layout.labels, frame_count)

    def __len__(self) -> int:
        return len(self.columns["frame_index"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __repr__(self) -> str:
        return f"FaceTable({len(self)} rows, {self.frame_count} frames: {', '.join(self.columns)})"

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The columns ``p_<label>`` side by side, shape (rows, labels)."""
        return np.column_stack([self.columns[f"p_{label}"] for label in self.labels])

    def to_frame(self) -> "DataFrame":
        """Return the table as a pandas data frame.

        Raises:
            FerError: if pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise FerError(
                "Data frames need pandas, which is not installed.",
                hint='Type "pip install pandas", or use the NumPy columns of the table.',
            ) from error
        return pandas.DataFrame(dict(self.columns))


def _typed(column: Column, cells: Sequence[str]) -> NDArray[Any]:
    """Return the cells of a column as what they are."""
    if column.kind == "integer":
        return np.array(cells, np.int64)
    if column.kind == "text":
        return np.array([text_cell(cell) for cell in cells], np.str_)
    return np.array([cell or "nan" for cell in cells], np.float64)
