import json

import pytest

from trainer.cli import main
from trainer.cli.options import build_parser
from trainer.cli.setting_list import settings

pytestmark = pytest.mark.unit


def test_every_setting_is_explained_and_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["train", "--help"])
    usage = " ".join(capsys.readouterr().out.split())
    for setting in settings():
        assert setting.meaning.endswith("."), setting.name
        assert f"--{setting.name.replace('_', '-')}" in usage
        if setting.group != "run":
            assert setting.meaning in usage


def test_settings_are_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    listed = {setting["name"]: setting for setting in json.loads(capsys.readouterr().out)}
    assert listed["learning_rate"]["meaning"] == "peak learning rate."
    assert listed["schedule"]["choices"] == ["constant", "cosine", "plateau"]
    assert (listed["zoom"]["least"], listed["zoom"]["most"]) == (0, 0.9)
    assert (listed["epochs"]["least"], listed["epochs"]["most"]) == (1, 100_000)
    assert (listed["folds"]["least"], listed["seed"]["most"]) == (2, 2**32 - 1)
