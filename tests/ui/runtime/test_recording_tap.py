"""What a recording takes of a result: names and hidden faces where they count."""

from pathlib import Path

import pytest

from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.domain.people import People
from fer_desktop.pipeline.events import Result
from fer_desktop.settings import RecordingKind
from fer_desktop.ui.runtime import recording_tap
from fer_desktop.ui.runtime.recording_tap import RecordingTap
from tests.recording.samples import face, frame, picture

pytestmark = pytest.mark.gui


class Recorder:
    def __init__(self, path: Path, *_: object) -> None:
        self.path = path
        self.faces: list[list[int]] = []

    def add(self, _: object, analysis) -> None:
        self.faces.append([one.face_id for one in analysis.faces])

    def stop(self) -> None:
        pass

    def join(self, _: float) -> bool:
        return True


@pytest.mark.parametrize(("kind", "taken"), [("blurred", [1, 2]), ("labels", [1])])
def test_a_hidden_face_is_blurred_as_well(
    qapp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: RecordingKind, taken: list[int]
) -> None:
    made: list[Recorder] = []
    monkeypatch.setattr(
        recording_tap, "VideoRecorder", lambda *words: made.append(Recorder(*words)) or made[-1]
    )
    analysis = frame(0, face(1), face(2))
    people = People().hidden(2)
    tap = RecordingTap()
    tap.start(tmp_path, OverlayParts(), kind)
    tap.offer(Result(1, picture(0), analysis), Result(1, picture(0), people.shown(analysis)))
    tap.shutdown(1.0)
    assert made[0].faces == [taken]
