"""A measure from another package stands in tables, sessions and descriptions."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fer_desktop import cli
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.plugins import telling
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.measure_catalogue import chosen_measures, measure_names
from fer_desktop.vision.measuring import Measurer
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut
from tests.helpers.fakes import FakeClassifier, FakeDetector
from tests.recording.samples import VIDEO, picture

Install = Callable[..., None]
OWN = measure_names()

# Brightness below the left and the right half of a face's box.
MEASURE = """
    from fer_desktop.domain.measures import MeasureSpec
    from fer_desktop.vision.measuring import Measure, each_face

    def halves(frame, face):
        box = face.detection.box
        x1, x2, y1, y2 = int(box.x1), int(box.x2), int(box.y1), int(box.y2)
        middle = (x1 + x2) // 2
        return frame.pixels[y1:y2, x1:middle].mean(), frame.pixels[y1:y2, middle:x2].mean()

    light = Measure(MeasureSpec("light", ("left", "right"), "", (0, 255)), each_face(halves))
"""


def install_light(package: Install, former: str = "", latter: str = "") -> None:
    assert former in MEASURE
    source = MEASURE.replace(former, latter) if former else MEASURE
    package("lights", {"fer_desktop.measures": {"light": "lights:light"}}, {"lights": source})


def test_analyze_puts_it_behind_the_probabilities(package: Install, tmp_path: Path) -> None:
    install_light(package)
    clip = write_clip(tmp_path / "a.mp4", [astronaut()] * 2)
    out = tmp_path / "out"
    words = ["analyze", str(clip), "--out", str(out), "--measures", "head_roll, light"]
    assert cli.main(words, lambda _: 1) == 0
    with (out / "a.csv").open(newline="") as file:
        header, first, _ = csv.reader(file)
    assert header[-4:] == ["p_neutral", "head_roll_deg", "light_left", "light_right"]
    roll, left, right = map(float, first[-3:])
    assert abs(roll) < 15
    assert 0 < left < 255
    assert 0 < right < 255
    assert json.loads((out / "a.meta.json").read_text())["measures"][1] == {
        "key": "light", "channels": ["left", "right"], "unit": "", "range": [0, 255],
    }  # fmt: skip


def test_what_it_says_of_itself_comes_with_the_table(package: Install, tmp_path: Path) -> None:
    facts = 'facts=MeasureFacts("Light", "Mean brightness of half a face", "its pixels")'
    source = MEASURE.replace("(0, 255))", f"(0, 255), {facts})").replace(
        "MeasureSpec\n", "MeasureFacts, MeasureSpec\n", 1
    )
    package("lights", {"fer_desktop.measures": {"light": "lights:light"}}, {"lights": source})
    clip = write_clip(tmp_path / "a.mp4", [astronaut()])
    words = ["analyze", str(clip), "--out", str(tmp_path), "--measures", "light"]
    assert cli.main(words, lambda _: 1) == 0
    meta = json.loads((tmp_path / "a.meta.json").read_text())
    assert meta["measures"][0]["definition"] == "Mean brightness of half a face"
    assert meta["measures"][0]["source"] == "its pixels"
    assert meta["columns"][-1]["meaning"] == (
        "Mean brightness of half a face, channel right, usually 0 to 255; empty where it cannot be"
        " measured"
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("all", [*(name for name in OWN if name != "mesh"), "light"]),
        ("none", []),
        ("light", ["light"]),
    ],
)
def test_all_none_or_some_are_asked_for(
    package: Install, tmp_path: Path, wanted: str, expected: list[str]
) -> None:
    install_light(package)
    clip = write_clip(tmp_path / "a.mp4", [astronaut()])
    words = ["analyze", str(clip), "--out", str(tmp_path), "--measures", wanted]
    assert cli.main(words, lambda _: 1) == 0
    meta = json.loads((tmp_path / "a.meta.json").read_text())
    assert meta["settings"]["measures"] == expected
    assert [measure["key"] for measure in meta["measures"]] == expected


def test_a_session_keeps_it_and_exports_it(package: Install, tmp_path: Path) -> None:
    install_light(package)
    measurer = Measurer(chosen_measures(["light", "head_roll"]))
    analyzer = Analyzer(FakeDetector(), FakeClassifier(), measurer=measurer)
    writer = SessionWriter(tmp_path / "a.fersession", VIDEO, settings={})
    written = [analyzer.analyze(picture(index)) for index in range(3)]
    writer.model_changed(FakeClassifier().preset, 0)
    for analysis in (*written, written[2]):  # the last one twice, as when it is sought
        writer.write(analysis)
    writer.close()
    assert [found.spec.key for found in written[0].faces[0].measurements] == ["light", "head_roll"]
    with SessionReader(tmp_path / "a.fersession") as reader:
        assert reader.measures == measurer.specs
        read = [row.analysis for row in reader.rows()]
    assert [each.faces[0].measurements for each in read] == [
        each.faces[0].measurements for each in written
    ]
    export_session(tmp_path / "a.fersession", tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = written[1].faces[0].measurements[0].numbers
    assert [float(rows[1][f"light_{half}"]) for half in ("left", "right")] == pytest.approx(numbers)
    measurer.close()


def test_a_session_in_which_nothing_could_be_measured_has_the_columns_all_the_same(
    package: Install, tmp_path: Path
) -> None:
    install_light(package)
    measurer = Measurer(chosen_measures(["light", "head_roll"]))
    analyzer = Analyzer(FakeDetector([[]]), FakeClassifier(), measurer=measurer)
    writer = SessionWriter(tmp_path / "a.fersession", VIDEO, settings={})
    writer.model_changed(FakeClassifier().preset, 0)
    writer.write(analyzer.analyze(picture(0)))
    writer.close()
    export_session(tmp_path / "a.fersession", tmp_path / "a.csv")
    header = (tmp_path / "a.csv").read_text().strip()
    assert header.endswith(",p_neutral,light_left,light_right,head_roll_deg")


@pytest.mark.parametrize(
    ("former", "latter", "reason"),
    [
        ("middle = ", "middle = 1 / 0 + ", "ZeroDivisionError: division by zero"),
        ("frame.pixels[y1:y2, x1:middle].mean(),", "float('nan'),", "a number is not finite"),
        ("frame.pixels[y1:y2, x1:middle].mean(),", "", "numbers for 2 channels"),
        ("return frame", "return 'dark'; frame", "could not convert"),
    ],
)
def test_where_it_fails_cells_stay_empty_and_it_is_told_once(
    package: Install, former: str, latter: str, reason: str
) -> None:
    install_light(package, former, latter)
    told: list[str] = []
    with telling(told.append):
        measurer = Measurer(chosen_measures(["light", "head_roll"]))
        analyzer = Analyzer(FakeDetector(), FakeClassifier(), measurer=measurer)
        for index in range(3):
            (face,) = analyzer.analyze(picture(index)).faces
            assert [found.spec.key for found in face.measurements] == ["head_roll"]
    (problem,) = told
    assert problem.startswith("The measure 'light' fails, and its cells stay empty where it does: ")
    assert reason in problem
    assert reason in analyzer.measure_problems["light"]


def test_rows_stay_where_it_answers_no_number_and_the_reason_stands_beside_the_table(
    package: Install, tmp_path: Path
) -> None:
    install_light(package, "frame.pixels[y1:y2, x1:middle].mean(),", "float('nan'),")
    clip = write_clip(tmp_path / "a.mp4", [astronaut()] * 2)
    words = ["analyze", str(clip), "--out", str(tmp_path), "--measures", "light,valence"]
    assert cli.main(words, lambda _: 1) == 0
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["light_left"] + row["light_right"] for row in rows] == ["", ""]
    assert all(row["valence"] for row in rows)
    meta = json.loads((tmp_path / "a.meta.json").read_text())
    assert meta["measure_problems"] == {"light": "ValueError: a number is not finite"}


@pytest.mark.parametrize(
    ("former", "latter", "reason"),
    [
        ("light = Measure(", "light = print(", "it must be a Measure, and is of type NoneType"),
        ('"light", (', '"dark", (', "it calls itself 'dark': both names must be the same"),
        ('("left", "right")', '("left", "left")', "two of its channels have one name"),
        ('("left", "right")', '("=1+1", "right")', "no name of letters, digits and _"),
        ('("left", "right")', "()", "it has 0 channels"),
        ('""', '"m/s"', "its unit 'm/s'"),
        ("(0, 255)", "(9, 1)", "its range"),
    ],
)
def test_what_is_no_measure_is_left_out(
    package: Install, former: str, latter: str, reason: str
) -> None:
    install_light(package, former, latter)
    told: list[str] = []
    with telling(told.append):
        assert Measurer(chosen_measures(["light"])).specs == ()
    (problem,) = told
    assert reason in problem


def test_one_that_cannot_start_stays_empty_and_one_that_holds_something_is_closed(
    package: Install,
) -> None:
    package(
        "heavy",
        {"fer_desktop.measures": {"heavy": "heavy:heavy", "lost": "heavy:lost"}},
        {
            "heavy": """
            from fer_desktop.domain.measures import MeasureSpec
            from fer_desktop.vision.measuring import Measure

            closed = []

            class Network:
                def __call__(self, frame, faces):
                    return [(len(faces),) for face in faces]

                def close(self):
                    closed.append(True)

            def fail():
                raise FileNotFoundError("its weights are missing")

            heavy = Measure(MeasureSpec("heavy", ("heavy",)), Network)
            lost = Measure(MeasureSpec("lost", ("lost",)), fail)
            """
        },
    )
    told: list[str] = []
    with telling(told.append):
        measurer = Measurer(chosen_measures(["heavy", "lost"]))
    reason = "FileNotFoundError: its weights are missing"
    assert told == [f"The measure 'lost' cannot start and stays empty: {reason}."]
    assert measurer.problems == {"lost": reason}
    assert [spec.key for spec in measurer.specs] == ["heavy", "lost"]
    measurer.close()
    import heavy  # type: ignore[import-not-found]

    assert heavy.closed == [True]


def test_names_that_cannot_be_asked_for_are_wrong_usage(
    package: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measure_names() == OWN
    with pytest.raises(SystemExit):
        cli.main(["analyze", "a", "--out", "b", "--measures", "head_roll,light"], lambda _: 1)
    assert f"unknown: 'light' (there are {', '.join(OWN)})" in capsys.readouterr().err


def test_the_roll_of_a_head_is_that_of_its_eyes() -> None:
    (measure,) = chosen_measures(["head_roll"])
    assert measure.spec == MeasureSpec("head_roll", ("head_roll",), "deg", (-45, 45))
    analyzer = Analyzer(FakeDetector(), measurer=Measurer([measure]))
    upright = analyzer.analyze(picture(0)).faces[0]
    assert upright.measurements[0].numbers == pytest.approx((0.0,))
    from dataclasses import replace

    leaning = replace(
        upright,
        detection=replace(
            upright.detection, landmarks={"right_eye": (10.0, 10.0), "left_eye": (20.0, 20.0)}
        ),
    )
    without = replace(upright, detection=replace(upright.detection, landmarks={}))
    assert np.allclose(measure.start()(picture(0), [leaning])[0] or 0, 45)
    assert measure.start()(picture(0), [without]) == [None]
