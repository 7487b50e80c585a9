"""``fer-desktop analyze``: every frame of files, as tables."""

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from fer_desktop.cli.analysis_options import AnalysisOptions
from fer_desktop.cli.arguments import PROGRAM
from fer_desktop.cli.file_run import FileResult, FileRun
from fer_desktop.cli.inputs import InputChoice, find_inputs
from fer_desktop.cli.joint_table import JointFolder, JointLayout, JointOutput, JointTable
from fer_desktop.cli.networks import Networks
from fer_desktop.cli.output_stems import output_stems
from fer_desktop.cli.outputs import ProgressBar
from fer_desktop.errors import DetectorError, FerError, ModelError
from fer_desktop.files import make_folder, shown_name
from fer_desktop.log import get_logger
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.outputs import OutputSink
from fer_desktop.pipeline.plugin_outputs import chosen_outputs
from fer_desktop.vision.analyzer import Analyzer
from trainer.contract.text import counted
from trainer.contract.whole_file import remove_leftovers

log = get_logger("app")


def analyze(args: argparse.Namespace) -> int:
    """Analyse all files and return the exit status.

    Raises:
        FerError: if nothing can be analysed at all: no output folder, no usable networks.
    """
    make_folder(args.out)
    remove_leftovers(args.out)
    tqdm.monitor_interval = 0  # no thread to watch over the progress bar
    failures = 0
    plugins = chosen_outputs(args.to)
    options = AnalysisOptions.of(args)
    named = find_inputs(args.files, input_choice(args))
    stems = output_stems([path for path, _ in named], args.out, tables=tables_of_all(args))
    joint = joint_table(args)
    layout = JointLayout(args.calibrate is not None, args.empty_rows)
    with closing(Networks(resolve_model(args.model), options)) as networks:
        for number, ((path, refusal), stem) in enumerate(zip(named, stems, strict=True), start=1):

            def further(
                analyzer: Analyzer, path: Path = path, stem: str = stem
            ) -> Mapping[str, OutputSink]:
                made: dict[str, OutputSink] = {}
                made["progress bar"] = ProgressBar(shown_name(path.name), options.selection)
                if joint is not None:
                    made["joint table"] = JointOutput(
                        layout, str(path), analyzer.measures, joint.taker(stem)
                    )
                return {**made, **plugins}

            def complain_of(problem: str, path: Path = path) -> None:
                complain(path, problem)

            try:
                if refusal is not None:
                    raise refusal
                result = FileRun(
                    path,
                    args.out / f"{stem}.{options.format}",
                    options,
                    networks,
                    number=number,
                    further=further,
                    complain=complain_of,
                ).run()
                report(result, as_json=args.json)
                failures += not result.is_good
            except (ModelError, DetectorError):
                raise
            except FerError as error:
                complain(path, str(error))
                failures += 1
            except Exception as error:  # whatever a library makes of a strange file
                log.exception("the analysis of %s failed", path)
                complain(path, f"the analysis failed unexpectedly: {error!r}")
                failures += 1
    if joint is not None:
        try:
            joint.close()
        except FerError as error:
            complain(args.together, str(error))
            failures += 1
    return 1 if failures else 0


def input_choice(args: argparse.Namespace) -> InputChoice:
    """Return which files of folders are wanted."""
    return InputChoice(args.recursive, tuple(args.include), tuple(args.exclude), args.out)


def complain(path: Path, message: str) -> None:
    """Say on standard error what is wrong with a file."""
    tqdm.write(f"{PROGRAM}: {shown_name(path)}: {shown_name(message)}", file=sys.stderr)


def report(result: FileResult, *, as_json: bool) -> None:
    """Say what came of a file, on standard error, and as JSON on standard output."""
    frames, faces = counted(result.frames, "frame"), counted(result.faces, "face")
    tqdm.write(
        f"{shown_name(Path(result.file).name)}: {frames}, {faces}, in {result.seconds:.1f} s:"
        f" {shown_name(result.table)}",
        file=sys.stderr,
    )
    if as_json:
        print(json.dumps(result.as_json()), flush=True)
    if result.problem:
        complain(Path(result.file), result.problem)


def tables_of_all(args: argparse.Namespace) -> list[Path]:
    """Return the files in which the rows of all files go together."""
    is_file = args.together is not None and args.together.suffix
    return [args.together] if is_file else []


def joint_table(args: argparse.Namespace) -> JointTable | JointFolder | None:
    """Return the table of all files that is wanted: one file, or a folder of several.

    Raises:
        StorageError: if the folder for it cannot be made.
    """
    if args.together is None:
        return None
    if not args.together.suffix:
        return JointFolder(args.together)
    make_folder(args.together.parent)
    return JointTable(args.together, dialect=args.csv_dialect)
