"""The analysis of one file, from its frames to its results."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_desktop import __version__
from fer_desktop.cli.analysis_options import AnalysisOptions
from fer_desktop.cli.networks import Networks
from fer_desktop.cli.outputs import (
    AnnotatedOutput,
    ChartOutput,
    MeshOutput,
    TableOutput,
    VideoOutput,
)
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.measures import MESH
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import SourceError
from fer_desktop.files import shown_name
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.pipeline.events import OutputFailed
from fer_desktop.pipeline.interval_calibration import interval_baselines
from fer_desktop.pipeline.outputs import FanOut, OutputSink
from fer_desktop.recording.calibrations import UsedCalibration
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.mesh_file import MESH_SUFFIX
from fer_desktop.recording.session_format import SessionInfo, UsedModel, library_versions
from fer_desktop.recording.table_description import describe, meta_path, write_meta
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer

_TABLE: Final = "table"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of a file, as plain data.

    Attributes:
        file: the file, as it was named.
        table: where its table is.
        frames, frames_with_faces, faces, rows: how many.
        seconds: how long the analysis took.
        calibrated: the faces that were read against their own rest.
        shares: of the rows, by label: how often a face was seen to show it.
        problem: why it could be read in part only; empty where it could be read as a whole.
        is_whole: whether all results could be written.
    """

    file: str
    table: str
    frames: int
    frames_with_faces: int
    faces: int
    rows: int
    seconds: float
    calibrated: tuple[int, ...]
    shares: Mapping[str, float]
    problem: str
    is_whole: bool

    @property
    def is_good(self) -> bool:
        """Whether nothing is amiss."""
        return self.is_whole and not self.problem

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        report: dict[str, Any] = {
            "file": self.file,
            "frames": self.frames,
            "frames_with_faces": self.frames_with_faces,
            "faces": self.faces,
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "fps": round(self.frames / max(self.seconds, 1e-6), 1),
            "csv": self.table,
            "calibrated": list(self.calibrated),
        }
        if self.problem:
            report["problem"] = self.problem
        return report


class FileRun:
    """The analysis of one file."""

    def __init__(
        self,
        path: Path,
        table_path: Path,
        options: AnalysisOptions,
        networks: Networks,
        *,
        number: int = 1,
        further: Callable[[Analyzer], Mapping[str, OutputSink]] = lambda analyzer: {},
        complain: Callable[[str], object],
    ) -> None:
        """Take what is analysed, and how.

        Args:
            path: the file.
            table_path: where its table goes; other results go beside it.
            options: what is wanted.
            networks: finds and reads faces.
            number: of the file in this run.
            further: makes the outputs that get every analysis besides those of ``options``.
            complain: told of what is missing in the results, a sentence each.
        """
        self._number = number
        self._path = path
        self._table_path = table_path
        self._options = options
        self._networks = networks
        self._further = further
        self._complain = complain
        self._info: SourceInfo | None = None
        self._damage: SourceError | None = None
        self._calibrations: tuple[UsedCalibration, ...] = ()
        self._is_whole = True

    def run(self) -> FileResult:
        """Analyse the file and write its results; of a damaged one, what can be read.

        Raises:
            SourceError: if nothing of it can be read.
            StorageError: if the table cannot be written.
            ModelError, DetectorError: if the networks cannot be loaded.
        """
        started_ns = time.time_ns()
        source = open_file(self._path)
        analyzer, model = self._networks.get()
        began = time.perf_counter()
        options = self._options
        if options.calibrate is not None:
            self._calibrate(analyzer, options.calibrate)
        table = TableOutput(
            self._table_path,
            measures=analyzer.measures,
            is_calibrated=bool(self._calibrations),
            empty_rows=options.empty_rows,
            dialect=options.csv_dialect,
        )
        outputs = FanOut({**self._outputs(table), **self._further(analyzer)}, self._lost)
        with ExitStack() as stack:
            results = stack.enter_context(
                closing(
                    analyze_file(
                        source,
                        analyzer,
                        selection=options.selection,
                        on_opened=lambda info: self._opened(info, analyzer, model, outputs),
                    )
                )
            )
            stack.push(lambda kind, *_: outputs.close(is_complete=kind is None))
            self._write(results, outputs)
        seconds = time.perf_counter() - began
        problem = str(self._damage or "")
        table.counts.end = SessionEnd(is_whole=self._damage is None, problem=problem)
        self._describe(table, analyzer, started_ns, problem)
        return self._result(table.counts, seconds, problem)

    def _outputs(self, table: TableOutput) -> dict[str, OutputSink]:
        options = self._options
        outputs: dict[str, OutputSink] = {_TABLE: table}
        if options.annotated:
            video, picture = self._output(".annotated.mp4"), self._output(".annotated.png")
            outputs["annotated picture"] = AnnotatedOutput(video, picture)
        for kind in options.videos:
            video, picture = self._output(f".{kind}.mp4"), self._output(f".{kind}.png")
            outputs[f"{kind} video"] = VideoOutput(kind, self._path, video, picture)
        if options.chart:
            name = shown_name(self._path.name)
            outputs["chart"] = ChartOutput(self._output(".timeline.png"), name)
        if MESH in options.measures:
            outputs["mesh"] = MeshOutput(self._output(MESH_SUFFIX))
        return outputs

    def _lost(self, failed: OutputFailed) -> None:
        """Go on without an output, unless it is the table: the rest is nothing without it."""
        if failed.output == _TABLE:
            raise failed.error
        self._is_whole = False
        self._complain(str(failed.error))

    def _calibrate(self, analyzer: Analyzer, interval: tuple[float, float]) -> None:
        """Read the interval with the neutral faces first."""
        found, refusals = interval_baselines(
            self._path, interval, analyzer, self._options.selection
        )
        self._calibrations = tuple(
            UsedCalibration(face_id, baseline, 0) for face_id, baseline in found.items()
        )
        for refusal in refusals:
            self._complain(refusal)

    def _output(self, suffix: str) -> Path:
        return self._table_path.with_name(self._table_path.stem + suffix)

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

    def _describe(
        self, table: TableOutput, analyzer: Analyzer, started_ns: int, problem: str
    ) -> None:
        assert self._info is not None  # there were frames
        options = self._options
        description = describe(
            SessionInfo(
                source=self._info,
                started_ns=started_ns,
                app_version=__version__,
                libraries=library_versions(),
                settings={
                    "smoothing_ms": options.smoothing_ms,
                    "min_detection_score": options.min_score,
                    "face_search": options.faces,
                    "measures": [measure.key for measure in analyzer.measures],
                    **options.selection.as_settings(),
                },
            ),
            table.models,
            table.counts,
            calibrations=self._calibrations,
            measures=analyzer.measures,
            columns=table.columns,
            problem=problem,
            measure_problems=analyzer.measure_problems,
        )
        write_meta(meta_path(self._table_path), description, overwrite=True)

    def _result(self, counts: Counts, seconds: float, problem: str) -> FileResult:
        return FileResult(
            file=str(self._path),
            table=str(self._table_path),
            frames=counts.frames,
            frames_with_faces=counts.frames_with_faces,
            faces=len(counts.face_ids),
            rows=counts.rows,
            seconds=seconds,
            calibrated=tuple(used.face_id for used in self._calibrations),
            shares=counts.shares,
            problem=problem,
            is_whole=self._is_whole,
        )
