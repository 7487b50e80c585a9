"""An interrupted analysis goes on, and its table is that of one that was never interrupted."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection
from fer_desktop.errors import StorageError
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import AnalysisEnded, EngineEvent, ModelLoaded, SourceFailed
from fer_desktop.pipeline.former_part import FormerPart
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_resuming import read_interrupted, recorded_analyses
from fer_desktop.recording.session_writer import SessionWriter
from tests.helpers.clips import number_of
from tests.helpers.fakes import face_at, fake_preset
from tests.helpers.sources import ScriptedSource

FRAMES = 150
FPS = 4  # so that more than the last seconds lie before an interruption
TIMEOUT_S = 30
_LABELS = 7


class _Detector:
    """Finds faces where the number on the picture says: one always, one comes and goes."""

    def __init__(self, shift: float = 0.0) -> None:
        self._shift = shift

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        at = number_of(pixels)
        x = 20.0 + self._shift + 5 * np.sin(at / 7)
        faces = [face_at((x, 20.0, x + 41.3, 60.0))] * (at < 80 or at > 120)
        # First among the faces, so that the order of the numbers is another one.
        return [face_at((110.0, 30.0 + at / 20, 140.0, 62.0))] * (30 < at < 60) + faces

    def copier(self) -> None:
        pass

    def close(self) -> None:
        pass


class _Classifier:
    """Reads what the number on the picture says."""

    preset = fake_preset()
    engine = "litert"
    device = "CPU"

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        random = np.random.default_rng(number_of(pixels))
        rows = random.random((len(detections), _LABELS)).astype(np.float32)
        found: NDArray[np.float32] = rows / rows.sum(axis=1, keepdims=True)
        return found

    def close(self) -> None:
        pass


class _Analysis:
    """An engine that analyses one file into a session."""

    def __init__(self, session: Path, *, shift: float = 0.0, automatic: bool = False) -> None:
        self._session = session
        self._has_model, self.has_ended = threading.Event(), threading.Event()
        self._resumes = self._is_dropped = False
        self.end: AnalysisEnded | None = None
        self.sessions: list[Path] = []
        self._engine = Engine(
            file_outputs=lambda: {"session": SessionOutput(self._create)},
            on_event=self._on_event,
            make_detector=lambda _: _Detector(shift),
            load_classifier=lambda _: _Classifier(),
            automatic_calibration=automatic,
            measures=["head_roll"],
        )
        self._engine.start()
        self._engine.load_model(session.parent)
        assert self._has_model.wait(TIMEOUT_S)

    def _create(self, number: int, info: SourceInfo) -> SessionWriter:
        path = self._session
        if self._is_dropped:
            path = path.with_name("anew.fersession")
        self.sessions.append(path)
        resumes = self._resumes and not self._is_dropped
        return SessionWriter(path, info, settings=SELECTION_SETTINGS, resumes=resumes)

    def _drop(self) -> None:
        self._is_dropped = True

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            self._has_model.set()
        elif isinstance(event, AnalysisEnded | SourceFailed):
            self.end = event if isinstance(event, AnalysisEnded) else None
            self.has_ended.set()

    def run(self, selection: FrameSelection = ALL_FRAMES, *, resumes: bool = False) -> None:
        former = None
        if resumes:
            found = read_interrupted(self._session)
            selection = found.selection
            rows = partial(recorded_analyses, self._session)
            former = FormerPart(rows, found.edge_us, found.baselines, self._drop)
        self._resumes = resumes
        self._engine.analyze(ScriptedSource(FRAMES, fps=FPS), selection=selection, former=former)
        assert self.has_ended.wait(TIMEOUT_S)

    def close(self) -> None:
        self._engine.shutdown()


SELECTION_SETTINGS: dict[str, object] = {}


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    yield
    SELECTION_SETTINGS.clear()


def _interrupt(session: Path, frame: int) -> None:
    """Take from a session what would not be there had the process been killed."""
    with closing(sqlite3.connect(session)) as db, db:
        for table in ("frames", "faces", "measured"):
            db.execute(f"DELETE FROM {table} WHERE frame_index > ?", (frame,))
        db.execute(
            "DELETE FROM calibrations WHERE id NOT IN"
            " (SELECT calibration_id FROM faces WHERE calibration_id IS NOT NULL)"
        )
        db.execute("UPDATE session SET state = 'recording', is_whole = NULL, finished_ns = NULL")


def _table(session: Path) -> bytes:
    path = session.with_suffix(".csv")
    export_session(session, path, overwrite=True)
    return path.read_bytes()


@pytest.mark.parametrize("automatic", [False, True])
@pytest.mark.parametrize("frame", [0, 10, 59, 92, 125, FRAMES - 1])
def test_the_table_is_that_of_an_uninterrupted_run(
    tmp_path: Path, frame: int, automatic: bool
) -> None:
    session = tmp_path / "a.fersession"
    SELECTION_SETTINGS["automatic_calibration"] = automatic
    with closing(_Analysis(session, automatic=automatic)) as whole:
        whole.run()
    wanted = _table(session)
    assert wanted.count(b"\n") == FRAMES - 41 + 29 + 1
    _interrupt(session, frame)
    assert _table(session) != wanted or frame == FRAMES - 1
    with closing(_Analysis(session, automatic=automatic)) as rest:
        rest.run(resumes=True)
        assert rest.sessions == [session]
        assert rest.end is not None
        assert (rest.end.is_whole, rest.end.frames, rest.end.faces) == (True, FRAMES, 3)
    assert _table(session) == wanted
    with SessionReader(session) as reader:
        assert reader.summary().is_complete
        assert len(reader.models) == 1


def test_a_part_with_fewer_frames_goes_on(tmp_path: Path) -> None:
    session = tmp_path / "a.fersession"
    selection = FrameSelection(3, 7_500_000, 33_750_000)
    SELECTION_SETTINGS.update(selection.as_settings())
    with closing(_Analysis(session)) as whole:
        whole.run(selection)
    wanted = _table(session)
    _interrupt(session, 99)
    with closing(_Analysis(session)) as rest:
        rest.run(resumes=True)
    assert _table(session) == wanted


def test_where_other_numbers_come_out_the_file_is_analysed_anew(tmp_path: Path) -> None:
    session = tmp_path / "a.fersession"
    with closing(_Analysis(session)) as whole:
        whole.run()
    _interrupt(session, 120)
    before = _table(session)
    with closing(_Analysis(session, shift=3.0)) as rest:
        rest.run(resumes=True)
        assert rest.end is not None
        assert (rest.end.is_whole, rest.end.frames) == (True, FRAMES)
        anew = rest.sessions[-1]
    assert _table(session) == before  # nothing that was recorded is lost
    with SessionReader(anew) as reader:
        assert reader.summary().frames == FRAMES


def test_a_session_that_is_written_or_whole_does_not_go_on(tmp_path: Path) -> None:
    session = tmp_path / "a.fersession"
    with closing(_Analysis(session)) as whole:
        whole.run()
    with pytest.raises(StorageError, match="nothing to continue"):
        read_interrupted(session)
    _interrupt(session, 50)
    info = ScriptedSource(FRAMES, fps=FPS).open()
    other = SessionWriter(session, info, settings={}, resumes=True)
    with pytest.raises(StorageError, match="still being written"):
        read_interrupted(session)
    with pytest.raises(StorageError, match="by another window"):
        SessionWriter(session, info, settings={}, resumes=True)
    other.close()
    assert [path.name for path in tmp_path.glob(".*")] == []
    with closing(sqlite3.connect(session)) as db, db:
        db.execute("UPDATE session SET state = 'recording'")
        db.execute("DELETE FROM frames WHERE frame_index = 20")
    with pytest.raises(StorageError, match="has gaps"):
        read_interrupted(session)
