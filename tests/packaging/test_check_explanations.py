"""The check of maps runs on what everybody has."""

import pytest

from tests.packaging.conftest import FOLDER, Script


def test_maps_of_the_portrait_are_worth_more_than_random_ones(
    script: Script, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    script("check_explanations")
    lines = {line.split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    deletion = [float(lines[name].split()[-n]) for name, n in (("this map", 4),)]
    assert deletion[0] < 0.3
    assert "happy" in lines
