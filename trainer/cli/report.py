"""``fer-train report``: one page and tables about one or several runs."""

import argparse
from pathlib import Path
from typing import Any

from trainer.cli.data_options import LAYOUTS_HELP, add_reading, source_from_args, split_name
from trainer.data.dataset import SPLITS


def add_report(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "report",
        help="one HTML page about runs: curves, confusion, calibration, recall, mistakes",
        description="Measures runs on the faces that they did not learn from and writes report.html"
        " (which needs no other file), results.csv and results.json into a folder. Runs on the same"
        " faces are compared by a paired test, runs that differ in their seed by their mean.",
    )
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="the --out of a training, or of a comparison, or a model (with --data)",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="such as report")
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help=f"default: what each run has. {LAYOUTS_HELP}"
    )
    add_reading(parser)
    parser.add_argument("--split", type=split_name, choices=(*SPLITS, "all"), help="default: test")
    parser.add_argument("--json", action="store_true", help="print results.json")
    parser.set_defaults(command="report")


def report(args: argparse.Namespace) -> int:
    """Write the page and the tables; return the exit status."""
    from trainer.contract.checked_json import encode_json
    from trainer.contract.results import Results
    from trainer.reports.run_page import report_page
    from trainer.reports.run_results import (
        measure_run,
        paired_tests,
        repeated_runs,
        results_as_csv,
    )
    from trainer.runs.checkpoint import make_folder, write_atomically

    source = source_from_args(args) if args.data is not None else None
    measured = [measure_run(folder, source, args.split) for folder in _folders(args.runs)]
    results = Results(
        results=tuple(each.result for each in measured),
        repeated=repeated_runs(measured),
        paired=paired_tests(measured),
    )
    make_folder(args.out)
    as_json = encode_json(results)
    files = {
        "report.html": report_page(measured, results),
        "results.csv": results_as_csv(results.results),
        "results.json": as_json + "\n",
    }
    for name, content in files.items():
        write_atomically(args.out / name, content.encode("utf-8", "replace"))
    print(as_json if args.json else f"{args.out / 'report.html'}")
    return 0


def _folders(given: list[Path]) -> list[Path]:
    """Return the folders of runs: of a comparison, those in it."""
    from trainer.contract.preset import PRESET_FILE
    from trainer.presets.model_names import model_folder

    folders = []
    for path in given:
        inside = (
            [] if (path / PRESET_FILE).is_file() or not path.is_dir() else sorted(path.iterdir())
        )
        runs = [entry for entry in inside if (entry / PRESET_FILE).is_file()]
        folders += runs or [model_folder(path)]
    return folders
