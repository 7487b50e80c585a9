"""Where LSL reaches is settled once for a process, and never silently other than what is shown."""

from types import SimpleNamespace

import pytest

from fer_desktop.errors import StreamError
from fer_desktop.streaming import lsl_clock

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("first", [True, False])
def test_another_reach_needs_a_restart(monkeypatch: pytest.MonkeyPatch, first: bool) -> None:
    told: list[str] = []
    fake = SimpleNamespace(set_config_content=told.append)
    monkeypatch.setattr(lsl_clock, "library", lambda *_: fake)
    monkeypatch.setattr(lsl_clock, "_scopes", [])
    assert lsl_clock.lsl_library(is_for_network=first) is fake
    assert lsl_clock.lsl_library(is_for_network=first) is fake
    assert len(told) == (0 if first else 1)
    with pytest.raises(StreamError, match="until the program ends") as caught:
        lsl_clock.lsl_library(is_for_network=not first)
    assert "Restart" in caught.value.hint
