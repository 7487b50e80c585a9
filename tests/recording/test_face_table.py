"""The table in memory is the table in the file."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.errors import FerError
from fer_desktop.recording.csv_export import write_csv
from fer_desktop.recording.face_table import FaceTable
from fer_desktop.recording.session_format import RecordedFrame, UsedModel
from tests.recording.samples import OTHER_PRESET, PRESET, face, frame, scores

pytestmark = pytest.mark.unit

MODELS = [UsedModel(PRESET, 0)]
ROWS = [
    RecordedFrame(frame(0), "fake3"),
    RecordedFrame(
        frame(
            1,
            face(1, raw=scores(0.25, 0.5, 0.25), smoothed=scores(0.125, 0.125, 0.75)),
            face(3),
            wall_ns=1_700_000_000_123_456_789,
        ),
        "fake3",
    ),
    RecordedFrame(
        frame(2, face(1, raw=scores(0.5, 0.25, 0.25), smoothed=scores(0.5, 0.25, 0.25))), "fake3"
    ),
]


def test_columns_and_cells_are_those_of_the_file(tmp_path: Path) -> None:
    two = [*MODELS, UsedModel(OTHER_PRESET, 2)]
    for name, models in (("one", MODELS), ("two", two)):
        path = tmp_path / f"{name}.csv"
        write_csv(ROWS, path, models)
        table = FaceTable.of(ROWS, models)
        with path.open(newline="", encoding="utf-8") as file:
            header, *written = csv.reader(file)
        assert list(table.columns) == header
        assert len(table) == len(written) == 3
        for column, cells in zip(header, zip(*written, strict=True), strict=True):
            if table[column].dtype.kind == "U":
                assert table[column].tolist() == list(cells)
            else:
                expected = [float(cell or "nan") for cell in cells]
                np.testing.assert_array_equal(table[column], expected)


def test_types_are_what_one_counts_measures_and_reads() -> None:
    table = FaceTable.of(ROWS, MODELS)
    assert table.frame_count == 3
    assert table["face_id"].tolist() == [1, 3, 1]
    assert table["face_id"].dtype == table["frame_index"].dtype == np.int64
    assert table["emotion"].tolist() == ["neutral", "", "happy"]
    assert table["confidence"].dtype == np.float64
    assert table.probabilities.shape == (3, 3)
    assert np.isnan(table.probabilities[1]).all()
    assert "3 rows, 3 frames" in repr(table)


def test_a_table_without_faces_has_its_columns() -> None:
    table = FaceTable.of(ROWS[:1], MODELS)
    assert len(table) == 0
    assert table.frame_count == 1
    assert table.probabilities.shape == (0, 3)
    assert list(table.to_frame().columns) == list(table.columns)


def test_a_data_frame_has_the_same_columns() -> None:
    table = FaceTable.of(ROWS, MODELS)
    frame = table.to_frame()
    assert list(frame.columns) == list(table.columns)
    assert frame.shape == (3, len(table.columns))
    assert frame["emotion"].tolist() == ["neutral", "", "happy"]
    np.testing.assert_array_equal(frame["p_sad"].to_numpy(), table["p_sad"])


def test_without_pandas_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(FerError, match="pip install pandas"):
        FaceTable.of(ROWS, MODELS).to_frame()
