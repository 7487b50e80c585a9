"""``fer-desktop rerun``: whether the numbers of recorded sessions come out again."""

import argparse
import json
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tqdm import tqdm

from fer_desktop.cli.arguments import PROGRAM
from fer_desktop.cli.outputs import ProgressBar
from fer_desktop.domain.bundle_name import is_bundle
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.frame_selection import selection_of
from fer_desktop.errors import FerError, ModelError, SourceError
from fer_desktop.files import shown_name
from fer_desktop.models.catalogue import available_models, resolve_model
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.recording.bundle_reading import opened_bundle
from fer_desktop.recording.repetition import Repetition, compare
from fer_desktop.recording.session_format import UsedModel, library_versions
from fer_desktop.recording.session_output import with_light
from fer_desktop.recording.session_pictures import check_pictures, find_pictures
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.settings import settings_from
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer, is_other_model
from fer_desktop.vision.calibrator import Calibrator
from fer_desktop.vision.engines.factory import usable_choice
from fer_desktop.vision.measure_catalogue import chosen_measures
from fer_desktop.vision.measuring import Measurer
from trainer.contract.preset import read_preset
from trainer.contract.text import counted

_REPEATS: Final = 0
_FAILED: Final = 1
_DIFFERS: Final = 3


@dataclass(frozen=True, slots=True)
class _Session:
    """A session to be analysed again.

    Attributes:
        name: what it is called.
        file: where it is.
        video: where what was analysed is, if it came with it.
    """

    name: str
    file: Path
    video: Path | None = None


def rerun(args: argparse.Namespace) -> int:
    """Analyse sessions again and return the exit status."""
    tqdm.monitor_interval = 0  # no thread to watch over the progress bar
    status = _REPEATS
    with ExitStack() as stack:
        for path in args.bundles:
            try:
                sessions = _unpacked(path, stack)
            except FerError as error:
                _complain(path.name, error)
                status = status or _FAILED
                continue
            for session in sessions:
                try:
                    found, notes = _repeated(session, args, path.parent)
                except FerError as error:
                    _complain(f"{path.name}, {session.name}", error)
                    status = status or _FAILED
                    continue
                _report(session.name, found, notes, as_json=args.json)
                if not found.repeats:
                    status = _DIFFERS
    return status


def _complain(name: str, error: FerError) -> None:
    print(f"{PROGRAM}: {shown_name(name)}: {shown_name(str(error))}", file=sys.stderr)


def _unpacked(path: Path, stack: ExitStack) -> list[_Session]:
    """Return the sessions of a bundle, unpacked for as long as they are needed, or a single one."""
    if not is_bundle(path):
        return [_Session(path.stem, path)]
    bundle = stack.enter_context(opened_bundle(path))
    scratch = stack.enter_context(
        tempfile.TemporaryDirectory(prefix="fer-desktop-", ignore_cleanup_errors=True)
    )
    found = []
    for session in bundle.sessions:
        file, video = Path(scratch) / session.file, None
        summary = bundle.take_session(session, file)
        if session.video:
            video = Path(scratch) / session.video
            bundle.take_video(session.video, summary, video)
        found.append(_Session(session.name, file, video))
    return found


def _repeated(
    session: _Session, args: argparse.Namespace, folder: Path
) -> tuple[Repetition, list[str]]:
    """Return how a session compares with its analysis now, and what may explain a difference."""
    with SessionReader(session.file) as reader:
        summary = reader.summary()
        if summary.info.source.is_live:
            raise SourceError("A live source cannot be analysed again.")
        if len(reader.models) != 1:
            raise ModelError(f"It was read by {len(reader.models)} models, which is not repeated.")
        video = session.video or _find_video(summary, args.videos, folder)
        (used,) = reader.models
        folder_of_model, notes = _model_folder(used, args.model)
        notes += _other_libraries(summary)
        if summary.fingerprint is None:
            notes.append("the session does not know the content of the file, which may be another")
        with ExitStack() as stack:
            analyzer, engine = _analyzer(summary, used, folder_of_model, args, stack)
            if used.engine and engine != used.engine:
                notes.append(f"the model runs on {engine} here, and ran on {used.engine}")
            again = stack.enter_context(closing(_analysed(video, analyzer, reader, summary)))
            recorded = (row.analysis for row in reader.rows())
            found = compare(recorded, again, is_part=not summary.is_complete)
        return found, [] if found.is_exact else notes


def _find_video(summary: SessionSummary, named: Sequence[Path], folder: Path) -> Path:
    """Return where the analysed file is: where somebody says, or where its content is found."""
    for path in named:
        if path.is_file():
            try:
                check_pictures(summary, path)
            except SourceError:
                if len(named) == 1:
                    raise
                continue
            return path
    folders = [path if path.is_dir() else path.parent for path in named]
    found = find_pictures(summary, [*folders, folder])
    if found.file is None:
        name = summary.info.source.name
        has = "has changed since it was analysed" if found.problem == "changed" else "was not found"
        raise SourceError(f"{name} {has}.", hint="Say where it is: --video FILE.")
    return found.file


def _model_folder(used: UsedModel, named: str) -> tuple[Path, list[str]]:
    """Return the model of a session, or another one that somebody wants instead."""
    preset = used.preset
    if named:
        folder = resolve_model(named)
        chosen = read_preset(folder)
        if not is_other_model(preset, chosen):
            return folder, []
        return folder, [f"it was read by {preset.name}, and now by {chosen.name}, another model"]
    models = [entry for entry in available_models() if entry.preset is not None]
    for entry in models:
        if entry.preset is not None and not is_other_model(preset, entry.preset):
            return entry.folder, []
    what = f"the model {preset.name} (checksum {preset.sha256[:12]}…)"
    if any(entry.name == preset.name for entry in models):
        raise ModelError(f"It was read by {what}; the {preset.name} here is another one.")
    raise ModelError(f"It was read by {what}, which is not installed here.", hint="Import it.")


def _analyzer(
    summary: SessionSummary,
    used: UsedModel,
    folder: Path,
    args: argparse.Namespace,
    stack: ExitStack,
) -> tuple[Analyzer, str]:
    """Return what reads faces as the session says, and the engine that runs the model."""
    from fer_desktop.vision.classifier import ModelClassifier
    from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

    settings = settings_from(summary.info.settings)
    engine = args.engine or usable_choice(used.engine or "auto")
    classifier = stack.enter_context(closing(ModelClassifier.load(folder, engine=engine)))
    detector = MediaPipeFaceDetector(min_score=settings.min_detection_score)
    stack.enter_context(closing(detector))
    measurer = stack.enter_context(closing(Measurer(chosen_measures(settings.measures))))
    analyzer = Analyzer(
        detector,
        classifier,
        smoothing_ms=settings.smoothing_ms,
        face_search=settings.face_search,
        calibrator=Calibrator(automatic=settings.automatic_calibration),
        measurer=measurer,
    )
    return analyzer, classifier.engine


def _analysed(
    video: Path, analyzer: Analyzer, reader: SessionReader, summary: SessionSummary
) -> Generator[FrameAnalysis, None, None]:
    """Yield what comes out now, up to where the file is damaged."""
    selection = selection_of(summary.info.settings)
    bar = ProgressBar(shown_name(summary.info.source.name), selection)
    given = [used for used in reader.calibrations if used.baseline.origin != "automatic"]

    def opened(info: SourceInfo) -> None:
        bar.opened(0, info)
        for used in given:  # only now: a source that begins forgets its faces
            analyzer.calibrator.calibrate(used.face_id, used.baseline)

    frames = analyze_file(open_file(video), analyzer, selection=selection, on_opened=opened)
    is_empty = True
    try:
        with closing(frames):
            for frame, analysis in frames:
                bar.write(frame, analysis)
                is_empty = False
                yield with_light(frame, analysis)
    except SourceError:
        if is_empty:
            raise
    finally:
        bar.close(is_complete=True)


def _other_libraries(summary: SessionSummary) -> list[str]:
    here = library_versions()
    return [
        f"{name} was {version} and is {here.get(name, 'missing')} here"
        for name, version in summary.info.libraries.items()
        if here.get(name) != version
    ]


def _report(name: str, found: Repetition, notes: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        report = {"session": name, "repeats": found.repeats, "exact": found.is_exact}
        print(json.dumps({**report, **asdict(found), "notes": list(notes)}), flush=True)
        return
    what = f"{counted(found.rows, 'row')} of {counted(found.frames, 'frame')}"
    if found.is_exact:
        text = f"the numbers repeat exactly: {what}"
    else:
        apart = (
            f"largest difference {found.probability:.2g} in a probability"
            f" and {found.box_px:.2g} px in a box"
        )
        if found.repeats:
            text = f"the numbers repeat: {what}, {apart}"
        else:
            counts = (
                (found.other_frames, "frame"),
                (found.other_rows, "face"),
                (found.other_labels, "most likely expression"),
            )
            others = ", ".join(counted(count, noun) for count, noun in counts if count)
            text = f"the numbers do not repeat: {what}, {apart}"
            text += f"; differently: {others}" if others else ""
    print(f"{shown_name(name)}: {text}", flush=True)
    for note in notes:
        print(f"  {shown_name(note)}", flush=True)
