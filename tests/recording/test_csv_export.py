"""The table has its columns, its numbers and its place, or is not there at all."""

import csv
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_columns import Columns, ExtraColumn
from fer_desktop.recording.csv_export import export_session, write_csv
from fer_desktop.recording.mark_column import MARKS
from fer_desktop.recording.person_column import PERSON
from fer_desktop.recording.session_format import Mark, RecordedFrame, UsedModel
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.recording.text_cells import text_cell
from tests.helpers.fakes import fake_preset
from tests.recording.samples import (
    CAMERA,
    OTHER_PRESET,
    PRESET,
    VIDEO,
    face,
    frame,
    rest,
    scores,
)

pytestmark = pytest.mark.unit

MODELS = (UsedModel(PRESET, 0),)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_is_the_published_schema(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [
        RecordedFrame(frame(0), "fake3"),
        RecordedFrame(
            frame(
                1,
                face(
                    1,
                    raw=scores(0.25, 0.5, 0.25),
                    smoothed=scores(0.125, 0.125, 0.75),
                    box=(-10.5, 400.257, 60.128, 500.0),
                ),
                face(3),
                wall_ns=1_700_000_000_123_456_789,
            ),
            "fake3",
        ),
    ]
    counts = write_csv(rows, path, MODELS)
    assert path.read_bytes().decode() == (
        "frame_index,time_s,wall_time_utc,face_id,x_px,y_px,width_px,height_px,detection_score,"
        "emotion,confidence,p_happy,p_sad,p_neutral\r\n"
        "1,0.033333,2023-11-14T22:13:20.123456Z,1,0.00,400.26,60.13,79.74,0.875000,"
        "neutral,0.75000000,0.25000000,0.50000000,0.25000000\r\n"
        "1,0.033333,2023-11-14T22:13:20.123456Z,3,100.00,80.00,120.00,120.00,0.875000,,,,,\r\n"
    )
    assert (counts.frames, counts.frames_with_faces, counts.rows) == (2, 1, 2)
    assert counts.face_ids == {1, 3}


def test_the_header_stands_even_over_nothing(tmp_path: Path) -> None:
    write_csv([], tmp_path / "a.csv", MODELS)
    header = (tmp_path / "a.csv").read_text().strip()
    assert header.endswith("confidence,p_happy,p_sad,p_neutral")


def test_printed_probabilities_sum_to_one(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    labels = [f"label {number}" for number in range(30)]
    preset = fake_preset("many", labels)
    rows = []
    for index in range(200):
        row = random.dirichlet(np.full(30, 0.3)).astype(np.float32)
        rows.append(
            RecordedFrame(frame(index, face(raw=scores(*row.tolist(), labels=labels))), "many")
        )
    write_csv(rows, tmp_path / "a.csv", (UsedModel(preset, 0),))
    for line in _read(tmp_path / "a.csv"):
        printed = [float(value) for name, value in line.items() if name.startswith("p_")]
        assert sum(printed) == pytest.approx(1.0, abs=1e-6)
        assert float(line["confidence"]) == max(printed)


def test_a_session_exports_as_its_analyses_would(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    analyses = []
    for index in range(50):
        raw, smoothed = random.dirichlet((1.0, 1.0, 1.0), 2).tolist()  # float64, unlike the store
        box = tuple(np.sort(random.uniform(-20, 660, (2, 2)), axis=0).ravel().tolist())
        analyses.append(
            frame(index, face(1, raw=scores(*raw), smoothed=scores(*smoothed), box=box))
        )
    writer = SessionWriter(tmp_path / "a.fersession", VIDEO, settings={"smoothing_ms": 300})
    writer.model_changed(PRESET, 0)
    for analysis in analyses:
        writer.write(analysis)
    writer.add_mark(Mark(500_000, "é"))
    writer.close()
    write_csv(
        (RecordedFrame(analysis, "fake3") for analysis in analyses), tmp_path / "b.csv", MODELS
    )

    counts = export_session(tmp_path / "a.fersession", tmp_path / "a.csv")
    assert counts.rows == 50
    exported = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    direct = (tmp_path / "b.csv").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(",")[0] for line in exported] == direct  # but for the marks
    marked = [line.rpartition(",")[2] for line in exported]
    assert marked[0] == "marks"
    assert marked.count("é") == 1
    meta = json.loads((tmp_path / "a.meta.json").read_text(encoding="utf-8"))
    assert meta["model"]["name"] == "fake3"
    assert meta["model"]["sha256"] == "a" * 64
    assert meta["labels"] == ["happy", "sad", "neutral"]
    assert meta["source"]["uri"] == VIDEO.uri
    assert meta["frame_count"] == 50
    assert meta["settings"] == {"smoothing_ms": 300}
    assert meta["start_time"].endswith("Z")
    assert meta["application_version"]
    assert meta["marks"] == [{"time_s": 0.5, "text": "é"}]
    assert "models" not in meta

    with pytest.raises(StorageError, match="already exists"):
        export_session(tmp_path / "a.fersession", tmp_path / "a.csv")
    (tmp_path / "a.csv").unlink()
    with pytest.raises(StorageError, match=r"meta\.json already exists"):
        export_session(tmp_path / "a.fersession", tmp_path / "a.csv")
    export_session(tmp_path / "a.fersession", tmp_path / "a.csv", overwrite=True)


def test_switching_models_unites_the_labels_and_names_the_model(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "a.fersession", CAMERA, settings={})
    writer.write(frame(0, face(1)))
    writer.model_changed(fake_preset("never used", ("a", "b")), 1)
    writer.model_changed(PRESET, 1)
    writer.write(frame(1, face(1, raw=scores(0.5, 0.25, 0.25))))
    writer.model_changed(OTHER_PRESET, 2, engine="keras", device="GPU: Card 9")
    writer.write(frame(2, face(1, raw=scores(0.25, 0.75, labels=OTHER_PRESET.labels))))
    writer.close()
    export_session(tmp_path / "a.fersession", tmp_path / "a.csv")

    lines = _read(tmp_path / "a.csv")
    assert list(lines[0])[-5:] == ["p_happy", "p_sad", "p_neutral", "p_surprise", "model"]
    assert [list(line.values())[-5:] for line in lines] == [
        ["", "", "", "", ""],
        ["0.50000000", "0.25000000", "0.25000000", "", "fake3"],
        ["", "", "0.25000000", "0.75000000", "other2"],
    ]
    assert lines[2]["emotion"] == "surprise"
    meta = json.loads((tmp_path / "a.meta.json").read_text(encoding="utf-8"))
    keys = ("name", "from_frame", "engine", "device")
    assert [tuple(model[key] for key in keys) for model in meta["models"]] == [
        ("fake3", 1, "", ""),
        ("other2", 2, "keras", "GPU: Card 9"),
    ]


def test_export_while_the_session_goes_on(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "a.fersession", CAMERA, settings={})
    export_session(tmp_path / "a.fersession", tmp_path / "a.csv")
    assert _read(tmp_path / "a.csv") == []
    writer.close()


def _failing_rows(error: Exception) -> Iterator[RecordedFrame]:
    yield RecordedFrame(frame(0, face(1)), "")
    raise error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "no space"), "the disk is full"),
        (OSError(errno.EIO, "input/output error"), "input/output error"),
    ],
)
def test_a_failure_leaves_no_file(tmp_path: Path, error: OSError, message: str) -> None:
    with pytest.raises(StorageError, match=message):
        write_csv(_failing_rows(error), tmp_path / "a.csv", MODELS)
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(KeyboardInterrupt):
        write_csv(_failing_rows(KeyboardInterrupt()), path, MODELS, overwrite=True)  # type: ignore[arg-type]
    with pytest.raises(StorageError, match="already exists"):
        write_csv([], path, MODELS)
    assert path.read_text() == "mine"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_unusable_places_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, message in (
        (tmp_path / "missing" / "a.csv", "the folder does not exist"),
        (tmp_path / "file" / "a.csv", "a file is in the folder's place"),
        (tmp_path, "is a folder"),
        (tmp_path / ("n" * 300 + ".csv"), "the name is too long"),
    ):
        with pytest.raises(StorageError, match=message):
            write_csv([], path, MODELS, overwrite=True)


def test_millions_of_rows_are_never_held(tmp_path: Path) -> None:
    alive = 0
    most = 0

    class Counted(RecordedFrame):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def rows() -> Iterator[RecordedFrame]:
        nonlocal alive, most
        for index in range(500):
            alive += 1
            most = max(most, alive)
            yield Counted(frame(index, face(1)), "")

    write_csv(rows(), tmp_path / "a.csv", MODELS)
    assert most <= 3


def test_corrected_numbers_stand_beside_the_plain_ones_of_calibrated_faces(tmp_path: Path) -> None:
    session, table = tmp_path / "a.fersession", tmp_path / "a.csv"
    plain, baseline = scores(0.015625, 0.484375, 0.5), rest(0.015625, 0.25, 0.734375)
    writer = SessionWriter(session, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    writer.write(frame(0, face(1, raw=plain), face(2, raw=plain)))
    writer.write(frame(1, face(1, raw=plain, baseline=baseline), face(2, raw=plain)))
    writer.close()
    export_session(session, table)
    header = table.read_text(encoding="utf-8").splitlines()[0]
    assert header.endswith(
        "p_happy,p_sad,p_neutral,corrected_happy,corrected_sad,corrected_neutral"
    )
    before, other, calibrated, _ = _read(table)
    assert before["corrected_sad"] == other["corrected_sad"] == ""
    assert before["emotion"] == "neutral"
    assert calibrated["p_sad"] == "0.48437500"
    assert calibrated["emotion"] == "sad"
    corrected = baseline.correct(plain).probabilities
    printed = [float(calibrated[f"corrected_{label}"]) for label in PRESET.labels]
    assert printed == pytest.approx(corrected, abs=1e-7)
    assert float(calibrated["confidence"]) == max(printed)
    (said,) = json.loads((tmp_path / "a.meta.json").read_text(encoding="utf-8"))["calibrations"]
    assert (said["face_id"], said["origin"], said["from_frame"]) == (1, "live", 1)
    assert said["evidence_s"] == 3.0
    assert said["rest"]["sad"] == pytest.approx(0.25)


def test_an_estimate_that_changed_often_is_described_once(tmp_path: Path) -> None:
    session, table = tmp_path / "a.fersession", tmp_path / "a.csv"
    writer = SessionWriter(session, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(5):
        estimate = rest(0.01, 0.2 + 0.01 * index, 0.75, origin="automatic")
        writer.write(frame(index, face(1, raw=scores(0.1, 0.4, 0.5), baseline=estimate)))
    writer.close()
    export_session(session, table)
    (said,) = json.loads((tmp_path / "a.meta.json").read_text(encoding="utf-8"))["calibrations"]
    assert (said["origin"], said["from_frame"], said["updates"]) == ("automatic", 0, 4)
    assert said["rest"]["sad"] == pytest.approx(0.24, abs=0.01)


FORMULAS = ("=HYPERLINK(A1)", "+1", "-1", "@sum", "\uff1d1", " =2", "a;=1", "'=1", "plain; text")


def test_no_text_of_a_model_is_a_formula(tmp_path: Path) -> None:
    preset = fake_preset("=cmd", FORMULAS)
    rows = [
        RecordedFrame(
            frame(at, face(raw=scores(*np.eye(len(FORMULAS))[at].tolist(), labels=FORMULAS))),
            "=cmd",
        )
        for at in range(len(FORMULAS))
    ]
    write_csv(rows, tmp_path / "a.csv", (UsedModel(preset, 0), UsedModel(PRESET, 99)))
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        header, *table = csv.reader(file)
    assert [dict(zip(header, row, strict=True))["emotion"] for row in table] == [
        "'=HYPERLINK(A1)",
        "'+1",
        "'-1",
        "'@sum",
        "'\uff1d1",
        "' =2",
        "a;'=1",
        "'=1",
        "plain; text",
    ]
    assert {row[-1] for row in table} == {"'=cmd"}
    for cell in (cell for row in (header, *table) for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))
    # What a formula may look like in numbers stays a number.
    assert float(table[0][header.index("x_px")]) == 100


@pytest.mark.parametrize("text", ["\t=1", "\r=1", "\n", "a\r\n=1", "=", "\t"])
def test_texts_that_begin_otherwise_are_no_formulas_either(text: str) -> None:
    assert text_cell(text)[0] in "'a"
    assert "\n=" not in text_cell(text)


@pytest.mark.parametrize("text", ["", "happy", "a=b", "sehr traurig", "悲しい", "3-4", "50 %"])
def test_plain_texts_stay_as_they_are(text: str) -> None:
    assert text_cell(text) == text


def test_the_groups_of_columns_stand_in_the_order_that_is_promised() -> None:
    extra = [ExtraColumn(column, lambda *_: "") for column in (MARKS, PERSON)]
    columns = Columns.of(
        [UsedModel(PRESET, 0)],
        measures=[MeasureSpec("gaze", ("yaw", "pitch"), "deg")],
        is_calibrated=True,
        extra=extra,
    )
    labels = PRESET.labels
    assert columns.names()[-2 * len(labels) - 4 :] == [
        *(f"p_{label}" for label in labels),
        *("gaze_yaw_deg", "gaze_pitch_deg"),
        *(f"corrected_{label}" for label in labels),
        *("marks", "person"),
    ]
