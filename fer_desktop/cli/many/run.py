"""``fer-desktop analyze --workers`` and ``--scheduler``: many files, several at the same time."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from tqdm import tqdm

from fer_desktop.cli.analysis_options import AnalysisOptions
from fer_desktop.cli.analyze import complain, input_choice, joint_table, report, tables_of_all
from fer_desktop.cli.arguments import PROGRAM
from fer_desktop.cli.inputs import find_inputs
from fer_desktop.cli.joint_table import JointFolder, JointLayout, read_part
from fer_desktop.cli.many.grouping import grouped
from fer_desktop.cli.many.jobs import (
    AnalysisJob,
    Input,
    ModelIdentity,
    Outcome,
    Parts,
    do_analysis,
    readiness,
)
from fer_desktop.cli.many.manifest import Entry, Manifest, folder_gone, settings_digest
from fer_desktop.cli.many.progress import Progress
from fer_desktop.cli.many.summary import write_summary
from fer_desktop.cli.output_stems import output_stems
from fer_desktop.errors import FerError, ModelError, StorageError
from fer_desktop.files import make_folder, shown_name
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.recording.session_format import library_versions
from trainer.contract.cluster import ClusterError, Done, Place, WorkerPool, worker_pool
from trainer.contract.preset import Preset, PresetError, read_preset
from trainer.contract.processors import usable_processors
from trainer.contract.run_lock import RunLock
from trainer.contract.text import counted
from trainer.contract.whole_file import remove_leftovers

STATE: Final = ".fer-run"  # what a run notes in the folder for its results
_TRIES: Final = 2


def analyze_many(args: argparse.Namespace) -> int:
    """Analyse all files and return the exit status.

    Raises:
        FerError: if nothing can be analysed at all, or the results have nowhere to go any more.
        ClusterError: if there are no workers.
    """
    tqdm.monitor_interval = 0  # no thread to watch over the progress bar
    make_folder(args.out / STATE)
    with _locked(args.out):
        remove_leftovers(args.out)
        with Manifest(args.out / STATE / "manifest.jsonl") as manifest:
            return _Run(args, manifest).run()


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    lock = RunLock(out / STATE, "analysis")
    try:
        is_ours = lock.acquire()
    except OSError:  # a file system without locks
        is_ours = True
    if not is_ours:
        raise StorageError(
            f"Another run writes its results to {out}.",
            hint="Wait for it to end, or choose another folder.",
        )
    try:
        yield
    finally:
        lock.release()


class _Run:
    """A run over many files.

    What became of each is in ``_results`` or ``_problems``, by the file's path.
    """

    def __init__(self, args: argparse.Namespace, manifest: Manifest) -> None:
        self._args = args
        self._out = Path(os.path.abspath(args.out))
        self._state = self._out / STATE
        self._manifest = manifest
        self._options = AnalysisOptions.of(args)
        self._summary = self._out / f"summary.{self._options.format}"
        self._place = Place(args.workers or 1, args.scheduler or "")
        self._model, self._preset = _identified(resolve_model(args.model))
        self._settings = settings_digest(self._options, self._model)
        self._joint = joint_table(args)
        is_folder = isinstance(self._joint, JointFolder)
        self._parts = Parts(
            os.path.abspath(args.together) if is_folder else str(self._state / "parts"), is_folder
        )
        self._entries: dict[str, Entry] = {}
        self._problems: dict[str, str] = {}

    def run(self) -> int:
        inputs = self._inputs()
        waiting = [one for one in inputs if not self._is_done(one)]
        if self._entries:
            done = counted(len(self._entries), "file")
            verb = "is" if len(self._entries) == 1 else "are"
            print(f"{done} of {len(inputs)} {verb} done already.", file=sys.stderr)
        if self._joint is not None:
            make_folder(Path(self._parts.folder))
        if waiting:
            self._analyze(waiting)
        self._write_joint(inputs)
        self._write_summary(inputs)
        are_good = all(entry.result.is_good for entry in self._entries.values())
        return 1 if self._problems or not are_good else 0

    def _inputs(self) -> list[Input]:
        found = find_inputs(self._args.files, input_choice(self._args))
        named: dict[str, Path] = {}  # each file once
        for path, refusal in found:
            if refusal is None:
                named.setdefault(os.path.abspath(path), path)
            else:
                self._fail(path, str(path), str(refusal))
        files = [(path, Path(real)) for real, path in named.items()]
        former = {Path(entry.path): entry.stem for entry in self._manifest.entries.values()}
        tables = [*tables_of_all(self._args), self._summary]
        stems = output_stems([real for _, real in files], self._out, former, tables=tables)
        return [
            Input(str(path), str(real), stem, number, _size(real))
            for number, ((path, real), stem) in enumerate(zip(files, stems, strict=True), start=1)
        ]

    def _is_done(self, one: Input) -> bool:
        entry = self._manifest.entries.get(one.path)
        if entry is None or not entry.result.is_good or not entry.holds(self._settings):
            return False
        if self._joint is not None and not self._parts.path(one.stem).is_file():
            return False
        self._entries[one.path] = entry
        return True

    def _analyze(self, waiting: Sequence[Input]) -> None:
        packages = ("fer-desktop", "distributed", *library_versions())
        with ExitStack() as stack:
            pool = stack.enter_context(worker_pool(self._place, packages=packages, tell=self._tell))
            if self._place.scheduler:
                stack.enter_context(self._model_sent_along())
            self._check(pool, waiting[0])
            if pool.dashboard:
                self._tell(f"Dask's dashboard: {pool.dashboard}")
            size = sum(one.size for one in waiting)
            progress = stack.enter_context(Progress(len(waiting), size))
            try:
                self._work(pool, waiting, progress)
            finally:
                if progress.left:
                    self._tell(
                        f"{progress.left} of {counted(len(waiting), 'file')} are left; the same"
                        " command goes on with them."
                    )

    def _work(self, pool: WorkerPool, waiting: Sequence[Input], progress: Progress) -> None:
        """Analyse files, and those alone that stood in the way of others."""
        groups: Iterable[tuple[Input, ...]] = grouped(waiting, pool.size)
        while groups:
            again: list[Input] = []
            jobs = [(group[0].path, self._job(group)) for group in groups]
            doing = pool.do(do_analysis, jobs, notes=self._state / "attempts", tries=_TRIES)
            try:
                for done in doing:
                    if done.problem and not self._state.is_dir():
                        raise folder_gone(self._out)
                    if done.problem and len(done.job.inputs) > 1:
                        again += done.job.inputs
                    else:
                        self._take(done, progress)
            except OSError as error:
                raise StorageError(f"{self._state} cannot be written: {error.strerror}.") from error
            finally:
                doing.close()
            groups = [(one,) for one in again]

    def _job(self, group: tuple[Input, ...]) -> AnalysisJob:
        layout = JointLayout(self._args.calibrate is not None, self._args.empty_rows)
        threads = 1 if self._place.scheduler else usable_processors() // self._place.workers
        return AnalysisJob(
            group,
            str(self._out),
            self._options,
            self._model,
            layout if self._joint is not None else None,
            self._parts,
            max(1, threads),
        )

    def _take(self, done: "Done[AnalysisJob, tuple[Outcome, ...]]", progress: Progress) -> None:
        if done.result is None:
            (one,) = done.job.inputs
            progress.add(one.size)
            self._fail(Path(one.path), one.name, done.problem)
            return
        for outcome in done.result:
            progress.add(outcome.input.size)
            self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        one = outcome.input
        for complaint in outcome.complaints:
            complain(Path(one.name), complaint)
        if outcome.result is None or outcome.content is None:
            self._fail(Path(one.path), one.name, outcome.problem)
            return
        shown = self._args.out / Path(outcome.result.table).name
        report(replace(outcome.result, table=str(shown)), as_json=self._args.json)
        entry = Entry(
            one.path, one.stem, outcome.content, self._settings, outcome.result, outcome.written
        )
        self._entries[one.path] = entry
        self._manifest.add(entry)

    def _fail(self, path: Path, name: str, problem: str) -> None:
        self._problems[str(path)] = problem
        complain(Path(name), problem)

    def _check(self, pool: WorkerPool, sample: Input) -> None:
        """See to it that every worker finds what it needs.

        Raises:
            ClusterError: if one does not.
        """
        for worker, answer in pool.ask(readiness, str(self._out), sample.path, self._model).items():
            if answer:
                raise ClusterError(
                    f"The worker {worker} cannot do the work: {answer}.",
                    hint="Files and results must be on a share that all have under the same path.",
                )

    @contextmanager
    def _model_sent_along(self) -> Iterator[None]:
        """Put the model where every worker finds it, for those that do not have it."""
        folder = self._state / "models" / self._model.sha256[:16]
        try:
            shutil.copytree(self._model.folders[0], folder, dirs_exist_ok=True)
        except (OSError, shutil.Error) as error:
            raise StorageError(f"The model cannot be copied to {folder}: {error}.") from error
        self._model = replace(self._model, folders=(*self._model.folders, str(folder)))
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _write_joint(self, inputs: Sequence[Input]) -> None:
        if self._joint is None or isinstance(self._joint, JointFolder):
            return
        try:
            for one in inputs:
                if one.path in self._entries:
                    with read_part(self._parts.path(one.stem)) as (columns, rows):
                        self._joint.take(columns, rows)
            self._joint.close()
        except FerError as error:
            self._fail(self._args.together, str(self._args.together), str(error))

    def _write_summary(self, inputs: Sequence[Input]) -> None:
        rows = []
        for one in inputs:
            entry = self._entries.get(one.path)
            result = entry.result if entry is not None else None
            problem = result.problem if result is not None else self._problems.get(one.path, "")
            rows.append((one.name, result, problem))
        if rows:
            write_summary(
                self._summary,
                self._preset.labels,
                rows,
                dialect=self._options.csv_dialect,
            )

    def _tell(self, text: str) -> None:
        tqdm.write(f"{PROGRAM}: {shown_name(text)}", file=sys.stderr)


def _identified(folder: Path) -> tuple[ModelIdentity, Preset]:
    try:
        preset = read_preset(folder)
    except PresetError as error:
        raise ModelError(str(error)) from error
    return ModelIdentity(folder.name, preset.sha256, (os.path.abspath(folder),)), preset


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
