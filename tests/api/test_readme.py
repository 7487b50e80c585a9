"""The example of the README and the one of the package's own page do what they say."""

import re
from pathlib import Path

import cv2
import pytest

from fer_desktop import api
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut
from tests.helpers.sources import ScriptedCamera

README = Path(__file__).resolve().parents[2] / "README.md"


def first_example(text: str | None) -> str:
    found = re.search(r"```python\n(from fer_desktop import api\n.*?)```", text or "", re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("text", [README.read_text(encoding="utf-8"), api.__doc__])
def test_an_example_runs(
    text: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    portrait = astronaut()
    cv2.imwrite("group.jpg", portrait)
    write_clip(Path("talk.mp4"), [portrait] * 4)
    camera = ScriptedCamera([100_000], fps=100, picture=lambda _: portrait.copy())
    monkeypatch.setattr("fer_desktop.api.inputs.live_source", lambda *_, **__: camera)
    example = first_example(text)
    assert "seconds=10" in example
    names: dict[str, object] = {}
    exec(example.replace("seconds=10", "seconds=0.3"), names)
    assert "happy" in capsys.readouterr().out
    assert len(names["table"]) == 4  # type: ignore[arg-type]
    assert camera.closed
