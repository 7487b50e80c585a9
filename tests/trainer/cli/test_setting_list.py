import argparse
import json
import re

import pytest

from trainer.cli import main
from trainer.cli.explained import EXAMPLES
from trainer.cli.options import build_parser
from trainer.cli.setting_list import settings
from trainer.systems.catalogue import systems

pytestmark = pytest.mark.unit


def test_every_setting_is_explained_and_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["train", "--help"])
    usage = " ".join(capsys.readouterr().out.split())
    for setting in settings():
        assert setting.meaning.endswith("."), setting.name
        assert f"--{setting.name.replace('_', '-')}" in usage
        if setting.group != "run":
            assert setting.meaning.removesuffix(".") in usage


def test_settings_are_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    listed = {setting["name"]: setting for setting in json.loads(capsys.readouterr().out)}
    assert listed["learning_rate"]["meaning"] == "peak learning rate."
    assert listed["schedule"]["choices"] == ["constant", "cosine", "plateau"]
    assert (listed["zoom"]["least"], listed["zoom"]["most"]) == (0, 0.9)
    assert (listed["epochs"]["least"], listed["epochs"]["most"]) == (1, 100_000)
    assert (listed["folds"]["least"], listed["seed"]["most"]) == (2, 2**32 - 1)


def test_folds_are_a_setting_of_stacking_ensembles_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def names(system: str) -> set[str]:
        assert main(["settings", "--system", system]) == 0
        return {setting["name"] for setting in json.loads(capsys.readouterr().out)}

    stacking = next(
        system.name
        for system in systems()
        if system.combination is not None and system.combination.how == "stacking"
    )
    assert names(stacking) - names("study_a_cnn_1") == {"folds"}


def _options() -> dict[str, list[argparse.Action]]:
    """Return the options of each command that take a value."""
    (commands,) = (
        action
        for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return {
        name: [action for action in parser._actions if action.nargs != 0]
        for name, parser in commands.choices.items()
    }


def test_every_option_says_its_range_its_default_and_an_example() -> None:
    for command, options in _options().items():
        for option in options:
            name = (option.option_strings or [option.dest])[0]
            text = option.help or ""
            assert text.split(";")[0].strip(), (command, name)
            if isinstance(option.default, int | float | str) and option.default != "":
                assert "default" in text, (command, name)
            if option.choices is None:
                shown = re.search(r"[Ee]xample: (\S+ )?\S+|such as \S+", text)
                assert shown, (command, name)
            if hasattr(option.type, "limits"):
                assert re.search(r"\bat least \d|\d to \d", text), (command, name)


def test_every_example_is_understood() -> None:
    for command, options in _options().items():
        for option in options:
            name = (option.option_strings or [option.dest])[0]
            if option.type is None or name not in EXAMPLES:
                continue
            value = EXAMPLES[name].strip("'\"")
            option.type(value)  # type: ignore[operator]
            assert option.choices is None or value in option.choices, (command, name)
