"""``fer-train evaluate`` on several sets: figures, shares, groups, and whatever is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.brightness import (
    LABELS,
    make_brightness_model,
    write_picture,
    write_set,
)
from trainer.cli import main

FIRST = [
    ("angry", "angry"),
    ("angry", "neutral"),
    ("happy", "happy"),
    ("happy", "happy"),
    ("neutral", "neutral"),
    ("neutral", "angry"),
]
SECOND = [("Happiness", "happy"), ("anger", "neutral"), ("contempt", "happy"), ("anger", "angry")]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return make_brightness_model(tmp_path / "model", unsure_below=0.5)


@pytest.fixture
def command(model: Path) -> list[str]:
    return ["evaluate", "--model", str(model), "--json"]


def run(capsys: pytest.CaptureFixture[str], words: list[Any]) -> dict[str, Any]:
    assert main([str(word) for word in words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_each_set_and_all_together(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = write_set(tmp_path / "one", FIRST), write_set(tmp_path / "other", SECOND)
    found = run(capsys, [*command, "--data", one, "--data", other])
    assert (found["model"], found["labels"], found["flip"]) == ("model", list(LABELS), False)
    first, second = found["sets"]
    assert (first["name"], first["split"], first["n"]) == ("one", "all", 6)
    assert first["accuracy"] == pytest.approx(4 / 6)
    assert first["balanced_accuracy"] == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert {name: row["recall"] for name, row in first["recall"].items()} == {
        "angry": 0.5,
        "happy": 1.0,
        "neutral": 0.5,
    }
    assert first["recall"]["angry"]["n"] == 2
    assert first["shares"]["neutral"] == pytest.approx({"answered": 2 / 6, "true": 2 / 6})
    assert first["shares"]["angry"] == pytest.approx({"answered": 2 / 6, "true": 2 / 6})
    low, high = first["balanced_accuracy_interval_95"]
    assert low < first["balanced_accuracy"] < high
    # Other names of a label are the same label; one that the model does not know is left out.
    assert second["n"] == 3
    assert second["left_out"] == {"contempt": 1}
    assert second["absent"] == ["neutral"]
    assert second["balanced_accuracy"] == pytest.approx(0.75)
    assert "neutral" not in second["recall"]
    assert second["shares"]["neutral"] == pytest.approx({"answered": 1 / 3, "true": 0})
    assert found["mean_balanced_accuracy"] == pytest.approx((2 / 3 + 0.75) / 2)
    assert found["mean_recall"]["neutral"] == {"recall": 0.5, "sets": 1}
    assert found["mean_recall"]["happy"] == {"recall": 1.0, "sets": 2}
    assert found["lowest_recall"] == {"label": "angry", "recall": 0.5}
    assert found["pooled"]["n"] == 9


def test_sure_faces_and_calibration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Between two levels the model is torn; at a level it is sure."""
    model = make_brightness_model(tmp_path / "model", unsure_below=0.9)
    root = write_set(tmp_path / "one", FIRST[:4])
    torn = write_picture(root / "torn.png", 85)  # half way between angry and happy
    with (root / "index.csv").open("a") as file:
        file.write(f"{torn.name},angry\n")
    words = ["evaluate", "--model", model, "--json", "--data", root]
    found = run(capsys, [*words, "--only-labels", "one=angry,happy,neutral"])
    (only,) = found["sets"]
    assert only["sure"]["coverage"] == pytest.approx(4 / 5)
    assert only["sure"]["n"] == 4
    assert only["sure"]["accuracy"] == pytest.approx(3 / 4)
    # Four answers given with certainty, of which one is wrong, and one with a half.
    assert only["ece"] == pytest.approx(4 / 5 * 0.25 + 1 / 5 * 0.5, abs=0.02)
    assert found["pooled"]["sure"] == only["sure"]


def test_only_some_labels_of_a_set_are_measured_with_all_answers(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = write_set(tmp_path / "one", FIRST)
    other = write_set(tmp_path / "other", FIRST)
    only = ["--only-labels", "one=Anger,happiness"]
    first, second = run(capsys, [*command, "--data", one, "--data", other, *only])["sets"]
    assert (first["n"], second["n"]) == (4, 6)
    assert first["labels"] == ["angry", "happy"]
    assert first["left_out"] == {"neutral": 2}
    assert first["absent"] == []
    assert first["balanced_accuracy"] == pytest.approx(0.75)
    assert first["shares"]["neutral"] == {"answered": 0.25, "true": 0.0}


def test_people_are_resampled_as_a_whole(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One person is always read rightly, another never: two people say little."""
    faces = [("happy", "happy"), ("angry", "angry")] * 20
    faces += [("happy", "angry"), ("angry", "happy")] * 20
    people = write_set(tmp_path / "people", faces, person=["ann"] * 40 + ["ben"] * 40)
    raters = write_set(tmp_path / "raters", faces, user=["ann"] * 40 + ["ben"] * 40)
    first, second = run(capsys, [*command, "--data", people, "--data", raters])["sets"]
    assert (first["resampled"], first["units"]) == ("subjects", 2)
    assert first["balanced_accuracy_interval_95"] == [0.0, 1.0]
    assert (second["resampled"], second["units"]) == ("faces", 80)
    low, high = second["balanced_accuracy_interval_95"]
    assert high - low < 0.3


def test_one_person_only_is_told(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = write_set(tmp_path / "one", FIRST, person=["ann"] * 6)
    other = write_set(tmp_path / "other", FIRST)
    (first, _) = run(capsys, [*command, "--data", one, "--data", other])["sets"]
    assert first["resampled"] == "faces"
    about_fingerprints, note = first["notes"]
    assert "has learned from some of these faces is not known" in about_fingerprints
    assert note.startswith("All faces show one person")


def test_the_table_says_it_all_for_a_person(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = write_set(tmp_path / "one", FIRST), write_set(tmp_path / "other", SECOND)
    (one / "7.png").write_bytes(b"no picture")
    with (one / "index.csv").open("a") as file:
        file.write("7.png,happy\n../secret.png,happy\n")
    words = ["evaluate", "--model", str(model), "--data", str(one), "--data", str(other)]
    out = tmp_path / "out"
    assert main([*words, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert (out / "figures.txt").read_text() == text
    assert json.loads((out / "figures.json").read_text())["sets"][0]["name"] == "one"
    for line in (
        "model: one look at each face; labels angry, happy, neutral",
        "Lowest mean recall: angry, 0.500.",
        "- other: Faces of labels that the model does not know are left out: contempt (1).",
        "- other: No face of neutral: these do not count.",
    ):
        assert line in text.splitlines()
    assert "- one: 2 pictures could not be used (7.png: " in text
    assert "../secret.png: it lies outside the folder)." in text
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line[:1] == "|"}
    assert "0.667 (0.300 to 0.903)" in text  # Wilson's interval of 4 in 6
    assert "33 / 33" in rows["one"]
    assert "0.708 (" in text  # the mean of .667 and .75


def test_a_tighter_crop_is_cut_out_of_wider_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image, ImageDraw

    from trainer.contract.crop import CropGeometry

    tight = make_brightness_model(tmp_path / "model", crop=CropGeometry(scale=0.58, shift_up=0.075))
    root = write_set(tmp_path / "one", FIRST[:2])
    for at, answer in enumerate((213, 42)):  # the middle is neutral, then angry; around it happy
        picture = Image.new("L", (80, 80), 128)
        ImageDraw.Draw(picture).rectangle((20, 20, 59, 59), fill=answer)
        picture.save(root / f"{at}.png")
    other = write_set(tmp_path / "other", FIRST)
    words = ["evaluate", "--model", tight, "--json", "--data", root, "--data", other]
    as_they_are = run(capsys, words)["sets"][0]["shares"]
    framed = run(capsys, [*words, "--framed", "one=1.16,0.075"])["sets"][0]["shares"]
    assert as_they_are["happy"]["answered"] == 1
    assert framed["neutral"]["answered"] == framed["angry"]["answered"] == 0.5


@pytest.mark.parametrize("how", ["data", "folder", "named"])
def test_answers_by_groups_need_no_truth(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    root = tmp_path / "people"
    rows = ["file,race,gender,age,score"]
    for at in range(40):
        sex, origin = ("Female", "Male")[at % 2], ("A_B", "C")[at // 20]
        angry = sex == "Male" and origin == "C"
        write_picture(root / f"{at}.png", "angry" if angry else "happy")
        rows.append(f"{at}.png,{origin},{sex},,{at}")
    rows.append("gone.png,A_B,Male,,1")
    table = root / ("mine.csv" if how == "named" else "groups.csv")
    table.write_text("\n".join(rows))
    given = {
        "data": ["--data", root],
        "folder": ["--groups", root],
        "named": ["--groups", f"{root}:mine.csv"],
    }[how]
    one = write_set(tmp_path / "one", FIRST)
    found = run(capsys, [*command, "--data", one, *given])
    assert len(found["sets"]) == 1
    (people,) = found["groups"]
    assert (people["name"], people["n"]) == ("people", 40)
    assert people["unreadable"] == [{"file": "gone.png", "reason": "there is no such file."}]
    assert people["overall"]["angry"]["share"] == pytest.approx(0.25)
    by = {tuple(part["by"]): part for part in people["tables"]}
    assert set(by) == {("origin",), ("sex",), ("origin", "sex")}  # no age is known
    last = by[("origin", "sex")]["rows"][-1]
    assert last["group"] == {"origin": "C", "sex": "Male"}
    assert last["n"] == 10
    assert last["answers"]["angry"]["share"] == 1
    low, high = last["answers"]["angry"]["interval_95"]
    assert (round(low, 2), round(high, 2)) == (0.72, 1.0)
    gap = by[("sex",)]["gaps"]["angry"]
    assert gap == {"gap": 0.5, "highest": {"sex": "Male"}, "lowest": {"sex": "Female"}}


def test_groups_alone_make_a_table(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "people"
    for at in range(4):
        write_picture(root / f"{at}.png", "happy" if at else "angry")
    lines = [f"{at}.png,{('Old_World', 'New')[at % 2]}" for at in range(4)]
    (root / "groups.csv").write_text("\n".join(["file,race", *lines]))
    assert main(["evaluate", "--model", str(model), "--groups", str(root)]) == 0
    text = capsys.readouterr().out
    assert "Answers to the 4 faces of people" in text
    assert "- Widest gaps by origin: angry 50 points (Old World over New)" in text


def test_test_faces_are_measured_where_a_set_has_them(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    splits = ["train", "train", "train", "test", "test", "val"]
    one = write_set(tmp_path / "one", FIRST, split=splits)
    other = write_set(tmp_path / "other", FIRST)
    words = [*command, "--data", one, "--data", other]
    assert [each["n"] for each in run(capsys, words)["sets"]] == [2, 6]
    assert [each["n"] for each in run(capsys, [*words, "--split", "all"])["sets"]] == [6, 6]


def test_faces_that_a_model_learned_are_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faces = [(label, label) for label in LABELS for _ in range(10)]
    mine, other = write_set(tmp_path / "mine", faces), write_set(tmp_path / "other", faces)
    for at in range(30):  # no copies: those would stay together
        for root in (mine, other):
            write_picture(root / f"{at}.png", 60 + at)
    model = make_brightness_model(tmp_path / "model")
    preset = json.loads((model / "preset.json").read_text())
    (model / "preset.json").write_text(json.dumps(preset | {"training_data": "mine"}))
    words = ["evaluate", "--model", model, "--json", "--data", mine, "--data", other]
    first, second = run(capsys, words)["sets"]
    assert (first["split"], first["n"]) == ("test", 3)
    assert (second["split"], second["n"]) == ("all", 30)


def test_a_single_set_keeps_its_form_and_tells_what_is_left_out(
    command: list[str], model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_set(tmp_path / "other", SECOND)
    found = run(capsys, [*command, "--data", other])
    kept = (
        "n accuracy accuracy_interval_95 accuracy_without_copies balanced_accuracy macro_f1 ece "
        "per_label confusion"
    )
    assert set(kept.split()) <= set(found)
    assert (found["n"], found["left_out"]) == (3, {"contempt": 1})
    assert main(["evaluate", "--model", str(model), "--data", str(other)]) == 0
    assert "left out: contempt (1)." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("faces", "message"),
    [
        ([], "contains no faces"),
        ([("contempt", "happy")], "no faces with the labels angry, happy, neutral. Its labels are"),
    ],
)
def test_a_set_that_says_nothing_is_one_line(
    command: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    faces: list[tuple[str, str]],
    message: str,
) -> None:
    one, other = write_set(tmp_path / "one", faces), write_set(tmp_path / "other", FIRST)
    assert main([*command, "--data", str(one), "--data", str(other)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert message in line
    assert str(one) in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--only-labels", "angry"], "--only-labels needs SET=VALUE"),
        (["--only-labels", "three=angry"], "names no set of these: three (one, other)"),
        (["--framed", "1.16"], "needs a scale and a shift"),
        (["--framed", "one=1,900"], "needs a scale and a shift"),
        (["--groups", "people.csv"], "belong to a single --data"),
        (["--data", "{one}"], "a set is named twice"),
    ],
)
def test_wrong_usage_is_told(
    command: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    one, other = write_set(tmp_path / "one", FIRST), write_set(tmp_path / "other", FIRST)
    given = [word.format(one=one) for word in words]
    with pytest.raises(SystemExit) as caught:
        main([*command, "--data", str(one), "--data", str(other), *given])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_no_set_at_all_is_wrong_usage(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(command)
    assert "one of --data and --groups DIR is needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("file,score\n0.png,1\n", "names no groups"),
        ("file,sex\n", "names no usable picture"),
        ("file,sex\n../0.png,Male\n", "it lies outside the folder"),
        ("picture,sex\n0.png,Male\n", "no column file"),
    ],
)
def test_groups_that_say_nothing_are_one_line(
    command: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: str,
    message: str,
) -> None:
    one = write_set(tmp_path / "one", FIRST)
    people = tmp_path / "people"
    write_picture(people / "0.png", "happy")
    (people / "groups.csv").write_text(rows)
    assert main([*command, "--data", str(one), "--groups", str(people)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_sets_of_one_name_are_told_apart(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write_set(tmp_path / name / "test", FIRST) for name in ("a", "b")]
    found = run(capsys, [*command, "--data", paths[0], "--data", paths[1]])
    assert [each["name"] for each in found["sets"]] == ["a/test", "b/test"]
