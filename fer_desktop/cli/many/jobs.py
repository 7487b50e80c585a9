"""What a worker does: files are analysed as ``analyze`` does it, wherever that worker is.

Jobs and outcomes are plain data.
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from fer_desktop import cores
from fer_desktop.cli.analysis_options import AnalysisOptions
from fer_desktop.cli.file_run import FileResult, FileRun
from fer_desktop.cli.joint_table import JointFolder, JointLayout, JointOutput, Take, write_part
from fer_desktop.cli.networks import Networks
from fer_desktop.errors import FerError, ModelError, SourceError
from fer_desktop.log import get_logger, quiet_native_libraries
from fer_desktop.models.catalogue import available_models
from fer_desktop.pipeline.outputs import OutputSink
from fer_desktop.sources.fingerprint import Fingerprint, fingerprint
from fer_desktop.vision.analyzer import Analyzer
from trainer.contract.preset import PresetError, read_preset

log = get_logger("app")


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """A model, known by its weights wherever it lies.

    Attributes:
        name: of its folder.
        sha256: of its weights.
        folders: where it may lie: where the user has it, and where it was sent along.
    """

    name: str
    sha256: str
    folders: tuple[str, ...]

    def find(self) -> Path:
        """Return a folder of it on this computer.

        Raises:
            ModelError: if there is none with these weights.
        """
        installed = [model.folder for model in available_models() if model.name == self.name]
        for folder in (*map(Path, self.folders), *installed):
            try:
                if read_preset(folder).sha256 == self.sha256:
                    return folder
            except PresetError:
                continue
        raise ModelError(f"The model {self.name} is not there, or has other weights.")


@dataclass(frozen=True, slots=True)
class Input:
    """A file that is analysed.

    Attributes:
        name: as the user named it.
        path: where it is, absolute.
        stem: how its results are called.
        number: of it among all files.
        size: in bytes, which tells how long it may take.
    """

    name: str
    path: str
    stem: str
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class AnalysisJob:
    """Files that a worker analyses, one after the other.

    Attributes:
        inputs: the files.
        out: the folder for the results, absolute.
        options: what is wanted of each.
        model: reads the faces.
        joint: what a table of all files holds; None where none is wanted.
        parts: where the rows of each file for that table go.
        threads: how many the worker may use.
    """

    inputs: tuple[Input, ...]
    out: str
    options: AnalysisOptions
    model: ModelIdentity
    joint: JointLayout | None
    parts: "Parts"
    threads: int


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the rows of each file for a table of all files are.

    Attributes:
        folder: where, absolute.
        is_table: whether this folder is the table.
    """

    folder: str
    is_table: bool

    def path(self, stem: str) -> Path:
        """Return where the rows of a file are."""
        if self.is_table:
            return JointFolder(Path(self.folder)).part(stem)
        return Path(self.folder) / f"{stem}.csv"

    def taker(self, stem: str) -> Take:
        """Return what takes the rows of a file."""
        if self.is_table:
            return JointFolder(Path(self.folder)).taker(stem)
        return partial(write_part, self.path(stem))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file.

    Attributes:
        input: the file.
        content: what it was known by when its analysis began; None where it could not be read.
        result: what came of it; None where nothing did.
        written: what its table is known by.
        complaints: what is missing in the results, a sentence each.
        problem: why nothing came of it; empty where something did.
    """

    input: Input
    content: Fingerprint | None
    result: FileResult | None
    written: Fingerprint | None
    complaints: tuple[str, ...]
    problem: str


def do_analysis(job: AnalysisJob) -> tuple[Outcome, ...]:
    """Analyse the files of a job; runs in a worker.

    Raises:
        FerError: if the results cannot be written, or the networks cannot be loaded, which another
            worker may be able to.
    """
    _prepare(job.threads)
    networks = _networks(job)
    return tuple(_outcome(one, job, networks) for one in job.inputs)


def readiness(out: str, sample: str, model: ModelIdentity) -> str:
    """Return why a worker cannot do the work; empty where it can."""
    if not os.path.isdir(out) or not os.access(out, os.W_OK):
        return f"it cannot write to the folder {out}"
    if not os.path.exists(sample):
        return f"it does not find {sample}"
    try:
        model.find()
    except ModelError as error:
        return str(error)
    return ""


def _outcome(one: Input, job: AnalysisJob, networks: Networks) -> Outcome:
    complaints: list[str] = []

    def further(analyzer: Analyzer) -> Mapping[str, OutputSink]:
        if job.joint is None:
            return {}
        taker = job.parts.taker(one.stem)
        return {"joint table": JointOutput(job.joint, one.name, analyzer.measures, taker)}

    content: Fingerprint | None = None
    result: FileResult | None = None
    written: Fingerprint | None = None
    problem = ""
    try:
        content = _content(Path(one.path))
        table = Path(job.out) / f"{one.stem}.{job.options.format}"
        result = FileRun(
            Path(one.path),
            table,
            job.options,
            networks,
            number=one.number,
            further=further,
            complain=complaints.append,
        ).run()
        result = replace(result, file=one.name)
        written = _content(table)
    except SourceError as error:
        problem = str(error)
    except FerError:
        raise
    except Exception as error:
        if len(job.inputs) == 1:
            raise
        log.exception("the analysis of %s failed", one.path)
        problem = f"the analysis failed unexpectedly: {error!r}"
    return Outcome(one, content, result, written, tuple(complaints), problem)


def _content(path: Path) -> Fingerprint | None:
    try:
        return fingerprint(path)
    except OSError:  # which is told by whoever opens it
        return None


_prepared: list[int] = []


def _prepare(threads: int) -> None:
    """Let this process leave the other cores to its neighbours."""
    if threads in _prepared:
        return
    quiet_native_libraries()
    # Of Keras, which has not been imported yet; on a graphics card it would take all memory.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    for pool in ("INTRAOP", "INTEROP"):
        os.environ.setdefault(f"TF_NUM_{pool}_THREADS", str(threads))
    cores.use_part(threads)
    import cv2

    cv2.setNumThreads(threads)
    _prepared[:] = [threads]


_kept = threading.local()  # networks serve one thread


def _networks(job: AnalysisJob) -> Networks:
    """Return the networks that the former job of this worker has loaded, if they are the same."""
    wanted = (job.model, job.options)
    if getattr(_kept, "of", None) != wanted:
        if (former := getattr(_kept, "networks", None)) is not None:
            former.close()
        _kept.networks = Networks(job.model.find(), job.options)
        _kept.of = wanted
    networks: Networks = _kept.networks
    return networks
