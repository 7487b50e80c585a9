"""``fer-desktop analyze``: every frame of files, as tables."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from fer_desktop import __version__
from fer_desktop.cli.arguments import PROGRAM
from fer_desktop.cli.joint_table import JointOutput, JointTable
from fer_desktop.cli.output_stems import output_stems
from fer_desktop.cli.outputs import (
    AnnotatedOutput,
    ChartOutput,
    MeshOutput,
    ProgressBar,
    TableOutput,
    VideoOutput,
)
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.measures import MESH
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import DetectorError, FerError, ModelError, SourceError
from fer_desktop.files import make_folder, shown_name
from fer_desktop.log import get_logger
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.pipeline.events import OutputFailed
from fer_desktop.pipeline.interval_calibration import interval_baselines
from fer_desktop.pipeline.outputs import FanOut, OutputSink
from fer_desktop.pipeline.plugin_outputs import chosen_outputs
from fer_desktop.recording.calibrations import UsedCalibration
from fer_desktop.recording.csv_export import Counts, meta_path, write_meta
from fer_desktop.recording.mesh_file import MESH_SUFFIX
from fer_desktop.recording.session_format import SessionInfo, UsedModel, library_versions
from fer_desktop.settings import EngineChoice, FaceSearch
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.media_names import with_folders_opened
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.measure_catalogue import chosen_measures
from fer_desktop.vision.measuring import Measurer
from trainer.contract.text import counted
from trainer.contract.whole_file import remove_leftovers

log = get_logger("app")

_TABLE: Final = "table"


def analyze(args: argparse.Namespace) -> int:
    """Analyse all files and return the exit status.

    Raises:
        FerError: if nothing can be analysed at all: no output folder, no usable networks.
    """
    make_folder(args.out)
    remove_leftovers(args.out)
    tqdm.monitor_interval = 0  # no thread to watch over the progress bar
    failures = 0
    further = chosen_outputs(args.to)
    named = list(with_folders_opened(args.files))
    stems = output_stems([path for path, _ in named], args.out)
    joint = _joint_table(args)
    with closing(_Networks(resolve_model(args.model), args)) as networks:
        for number, ((path, refusal), stem) in enumerate(zip(named, stems, strict=True), start=1):
            try:
                if refusal is not None:
                    raise refusal
                table = args.out / f"{stem}.{args.format}"
                run = _FileRun(number, path, table, args, networks, further, joint)
                failures += not run.run()
            except (ModelError, DetectorError):
                raise
            except FerError as error:
                _complain(path, str(error))
                failures += 1
            except Exception as error:  # whatever a library makes of a strange file
                log.exception("the analysis of %s failed", path)
                _complain(path, f"the analysis failed unexpectedly: {error!r}")
                failures += 1
    if joint is not None:
        try:
            joint.close()
        except FerError as error:
            _complain(args.together, str(error))
            failures += 1
    return 1 if failures else 0


def _joint_table(args: argparse.Namespace) -> JointTable | None:
    if args.together is None:
        return None
    return JointTable(
        args.together,
        is_calibrated=args.calibrate is not None,
        empty_rows=args.empty_rows,
        dialect=args.csv_dialect,
    )


def _microseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(1e6 * seconds)


def _complain(path: Path, message: str) -> None:
    print(f"{PROGRAM}: {shown_name(path)}: {shown_name(message)}", file=sys.stderr)


class _Networks:
    """Detector and model, loaded when the first file needs them and kept for the others."""

    def __init__(self, model: Path, args: argparse.Namespace) -> None:
        self._model = model
        self._engine: EngineChoice = args.engine or "auto"
        self._min_score: float = args.min_score
        self._smoothing_ms: int = args.smoothing_ms
        self._face_search: FaceSearch = args.faces
        self._measures: Sequence[str] = args.measures
        self._stack = ExitStack()
        self._loaded: tuple[Analyzer, UsedModel] | None = None

    def get(self) -> tuple[Analyzer, UsedModel]:
        if self._loaded is None:
            from fer_desktop.vision.classifier import ModelClassifier
            from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

            classifier = self._stack.enter_context(
                closing(ModelClassifier.load(self._model, engine=self._engine))
            )
            detector = self._stack.enter_context(
                closing(MediaPipeFaceDetector(min_score=self._min_score))
            )
            analyzer = Analyzer(
                detector,
                classifier,
                smoothing_ms=self._smoothing_ms,
                face_search=self._face_search,
                measurer=self._stack.enter_context(
                    closing(Measurer(chosen_measures(self._measures)))
                ),
            )
            used = UsedModel(classifier.preset, 0, classifier.engine, classifier.device)
            self._loaded = analyzer, used
        return self._loaded

    def close(self) -> None:
        self._stack.close()


class _FileRun:
    """The analysis of one file, from its frames to its results."""

    def __init__(
        self,
        number: int,
        path: Path,
        csv_path: Path,
        args: argparse.Namespace,
        networks: _Networks,
        further: Mapping[str, OutputSink],
        joint: JointTable | None,
    ) -> None:
        self._number = number
        self._joint = joint
        self._further = further
        self._path = path
        self._csv_path = csv_path
        self._args = args
        self._networks = networks
        self._info: SourceInfo | None = None
        self._damage: SourceError | None = None
        self._calibrations: tuple[UsedCalibration, ...] = ()
        self._is_whole = True
        self._selection = FrameSelection(
            args.every, _microseconds(args.from_s), _microseconds(args.to_s)
        )

    def run(self) -> bool:
        """Analyse the file and write its results; tell whether all of them could be written.

        Raises:
            SourceError: if it cannot be read, or only in part; that part is written.
            StorageError: if the table cannot be written.
        """
        started_ns = time.time_ns()
        source = open_file(self._path)
        analyzer, model = self._networks.get()
        began = time.perf_counter()
        if self._args.calibrate is not None:
            self._calibrate(analyzer)
        table = TableOutput(
            self._csv_path,
            measures=analyzer.measures,
            is_calibrated=bool(self._calibrations),
            empty_rows=self._args.empty_rows,
            dialect=self._args.csv_dialect,
        )
        outputs = FanOut(self._outputs(table, analyzer), self._lost)
        with ExitStack() as stack:
            results = stack.enter_context(
                closing(
                    analyze_file(
                        source,
                        analyzer,
                        selection=self._selection,
                        on_opened=lambda info: self._opened(info, analyzer, model, outputs),
                    )
                )
            )
            stack.push(lambda kind, *_: outputs.close(is_complete=kind is None))
            self._write(results, outputs)
        seconds = time.perf_counter() - began
        problem = str(self._damage or "")
        table.counts.end = SessionEnd(is_whole=self._damage is None, problem=problem)
        assert self._info is not None  # there were frames
        write_meta(
            meta_path(self._csv_path),
            SessionInfo(
                source=self._info,
                started_ns=started_ns,
                app_version=__version__,
                libraries=library_versions(),
                settings={
                    "smoothing_ms": self._args.smoothing_ms,
                    "min_detection_score": self._args.min_score,
                    "face_search": self._args.faces,
                    "measures": [measure.key for measure in analyzer.measures],
                    **self._selection.as_settings(),
                },
            ),
            table.models,
            table.counts,
            calibrations=self._calibrations,
            measures=analyzer.measures,
            columns=table.columns,
            problem=problem,
            measure_problems=analyzer.measure_problems,
            overwrite=True,
        )
        self._report(table.counts, seconds)
        if self._damage is not None:
            raise self._damage
        return self._is_whole

    def _outputs(self, table: TableOutput, analyzer: Analyzer) -> dict[str, OutputSink]:
        name = shown_name(self._path.name)
        outputs: dict[str, OutputSink] = {_TABLE: table}
        outputs["progress bar"] = ProgressBar(name, self._selection)
        if self._args.annotated:
            video, picture = self._output(".annotated.mp4"), self._output(".annotated.png")
            outputs["annotated picture"] = AnnotatedOutput(video, picture)
        for kind in self._args.videos:
            video, picture = self._output(f".{kind}.mp4"), self._output(f".{kind}.png")
            outputs[f"{kind} video"] = VideoOutput(kind, self._path, video, picture)
        if self._args.chart:
            outputs["chart"] = ChartOutput(self._output(".timeline.png"), name)
        if MESH in self._args.measures:
            outputs["mesh"] = MeshOutput(self._output(MESH_SUFFIX))
        if self._joint is not None:
            outputs["joint table"] = JointOutput(self._joint, str(self._path), analyzer.measures)
        return {**outputs, **self._further}

    def _lost(self, failed: OutputFailed) -> None:
        """Go on without an output, unless it is the table: the rest is nothing without it."""
        if failed.output == _TABLE:
            raise failed.error
        self._is_whole = False
        _complain(self._path, str(failed.error))

    def _calibrate(self, analyzer: Analyzer) -> None:
        """Read the interval with the neutral faces first."""
        found, refusals = interval_baselines(
            self._path, self._args.calibrate, analyzer, self._selection
        )
        self._calibrations = tuple(
            UsedCalibration(face_id, baseline, 0) for face_id, baseline in found.items()
        )
        for refusal in refusals:
            _complain(self._path, refusal)

    def _output(self, suffix: str) -> Path:
        return self._csv_path.with_name(self._csv_path.stem + suffix)

    def _opened(
        self, info: SourceInfo, analyzer: Analyzer, model: UsedModel, outputs: FanOut
    ) -> None:
        self._info = info
        for used in self._calibrations:  # only now: a source that begins forgets its faces
            analyzer.calibrator.calibrate(used.face_id, used.baseline)
        outputs.opened(self._number, info)
        outputs.model_changed(model.preset, 0, engine=model.engine, device=model.device)

    def _write(self, results: Iterable[tuple[Frame, FrameAnalysis]], outputs: FanOut) -> None:
        frames = 0
        try:
            for frame, analysis in results:
                outputs.write(frame, analysis)
                frames += 1
        except SourceError as error:
            if frames == 0:
                raise
            self._damage = error
        if frames == 0:
            raise SourceError("It has no frame that can be shown.")

    def _report(self, counts: Counts, seconds: float) -> None:
        frames, faces = counted(counts.frames, "frame"), counted(len(counts.face_ids), "face")
        print(
            f"{shown_name(self._path.name)}: {frames}, {faces}, in {seconds:.1f} s:"
            f" {shown_name(self._csv_path)}",
            file=sys.stderr,
        )
        if not self._args.json:
            return
        report: dict[str, Any] = {
            "file": str(self._path),
            "frames": counts.frames,
            "frames_with_faces": counts.frames_with_faces,
            "faces": len(counts.face_ids),
            "rows": counts.rows,
            "seconds": round(seconds, 3),
            "fps": round(counts.frames / max(seconds, 1e-6), 1),
            "csv": str(self._csv_path),
            "calibrated": [used.face_id for used in self._calibrations],
        }
        if self._damage is not None:
            report["problem"] = str(self._damage)
        print(json.dumps(report), flush=True)
