"""A source from another package is opened by its name, or by an address of its scheme."""

import threading
from collections.abc import Callable

import pytest

from fer_desktop.app import make_source
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import Result
from fer_desktop.pipeline.outputs import ResultOutput
from fer_desktop.plugins import telling
from fer_desktop.settings import Settings
from fer_desktop.sources.base import Pacing
from fer_desktop.sources.camera import CameraSource
from fer_desktop.sources.factory import live_source
from fer_desktop.sources.network.stream_source import StreamSource
from fer_desktop.ui.dialogs.network_dialog import url_problem
from fer_desktop.ui.runtime.source_request import request_for
from tests.helpers.fakes import FakeClassifier, FakeDetector

Install = Callable[..., None]

SOURCE = """
    import time
    import numpy as np
    from fer_desktop.domain.frame import Frame, SourceInfo

    class Pattern:
        def __init__(self, target):
            self.target = target
            self.index = 0

        def open(self):
            return SourceInfo(
                kind="camera", name="Pattern", uri=self.target, width_px=64, height_px=48
            )

        def read(self):
            time.sleep(0.005)
            pixels = np.full((48, 64, 3), self.index % 256, np.uint8)
            self.index += 1
            return Frame(self.index - 1, self.index * 5000, time.monotonic_ns(), pixels)

        def close(self):
            pass
"""


def install_pattern(package: Install, former: str = "", latter: str = "") -> None:
    assert former in SOURCE
    source = SOURCE.replace(former, latter) if former else SOURCE
    package("pattern", {"fer_desktop.sources": {"pattern": "pattern:Pattern"}}, {"pattern": source})


@pytest.mark.parametrize("target", ["pattern", "pattern://gray/7", "PATTERN://x"])
def test_it_claims_a_name_and_a_scheme(package: Install, target: str) -> None:
    install_pattern(package)
    source, pacing = make_source(request_for(target), Settings())
    assert pacing is Pacing.LIVE
    assert source.open().name == "Pattern"
    assert "://" not in target or url_problem(target) == ""


def test_what_it_does_not_claim_stays_as_it_was(package: Install) -> None:
    install_pattern(package)
    for target in ("0", "HD Webcam", "Patterns"):
        assert isinstance(live_source(target), CameraSource)
    assert isinstance(live_source("rtsp://10.0.0.2/live"), StreamSource)
    with pytest.raises(SourceError, match="not the address of a stream"):
        live_source("patterns://x")
    assert url_problem("patterns://x") != ""


def test_the_pipeline_reads_it(package: Install) -> None:
    install_pattern(package)
    seen: list[Result] = []
    enough = threading.Event()

    def take(result: Result) -> None:
        seen.append(result)
        if result.analysis is not None and len(seen) > 5:
            enough.set()

    engine = Engine(
        outputs={"results": ResultOutput(take)},
        on_event=lambda _: None,
        make_detector=lambda _: FakeDetector([[(5, 5, 40, 40)]]),
        load_classifier=lambda _: FakeClassifier(),
    )
    engine.start()
    engine.open(*make_source(request_for("pattern://1"), Settings()))
    assert enough.wait(15)
    engine.shutdown()
    brightness = [int(result.frame.pixels[0, 0, 0]) for result in seen]
    assert brightness == sorted(set(brightness))


@pytest.mark.parametrize(
    ("former", "latter", "reason"),
    [
        ("self.index = 0", "1 / 0", "the package pattern 1.0 has failed: ZeroDivisionError"),
        ("def read(self)", "def next(self)", "cannot be used: it has no read"),
    ],
)
def test_what_goes_wrong_in_it_is_told_with_its_package(
    package: Install, former: str, latter: str, reason: str
) -> None:
    install_pattern(package, former, latter)
    with pytest.raises(SourceError, match=reason):
        live_source("pattern://1")


def test_one_that_cannot_be_used_is_told_of_and_claims_nothing(package: Install) -> None:
    package("pattern", {"fer_desktop.sources": {"pattern": "no_pattern:X", "rtsp": "x:X"}}, {})
    told: list[str] = []
    with telling(told.append):
        with pytest.raises(SourceError, match="not the address of a stream"):
            live_source("pattern://1")
        assert isinstance(live_source("pattern"), CameraSource)
        assert isinstance(live_source("rtsp://10.0.0.2/live"), StreamSource)
    assert len(told) == 2
    assert "'rtsp'" in told[0]
    assert "No module named 'no_pattern'" in told[1]
