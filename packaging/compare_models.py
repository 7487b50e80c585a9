"""Several models on several sets of faces: the README's table, in Markdown.

    python packaging/compare_models.py --model models/ferplus7 --model models/fer7
        --set DIR ... [--only-labels SET=A,B ...] [--framed SCALE,SHIFT_UP] [--groups DIR]
        [--json FILE]

Sets and options are those of ``fer-train evaluate`` (``trainer/EVALUATION.md``). To have the
network of the package ``fer`` in the table, make it a model folder first:
``packaging/fer_package.py``.
"""

import argparse
import json
from pathlib import Path

from trainer.cli.set_options import add_sets, sets_from_args
from trainer.errors import TrainerError
from trainer.metrics.markdown import table, with_interval
from trainer.metrics.set_schema import SetsReport
from trainer.reports.sets import evaluate_sets
from trainer.runs.quiet_keras import import_keras_quietly


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", dest="models", required=True, action="append", type=Path)
    parser.add_argument("--flip", action="store_true", help="ask each face's mirror image as well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    add_sets(parser, flag="--set")
    args = parser.parse_args()
    import_keras_quietly()
    try:
        sets = sets_from_args(args)
        if not sets.labelled:
            parser.error("at least one set with labels is needed")
        reports = [
            evaluate_sets(folder, sets.labelled, sets.unlabelled, flip=args.flip)
            for folder in args.models
        ]
    except TrainerError as error:
        raise SystemExit(f"compare_models: {error}") from error
    if args.json is not None:
        args.json.write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")
    print("\n".join(as_lines(reports)))


def as_lines(reports: list[SetsReport]) -> list[str]:
    """Return a table of balanced accuracies, and one of all else that tells models apart."""
    names = [each["name"] for each in reports[0]["sets"]]
    balanced = [
        [
            f"`{report['model']}`",
            *(
                with_interval(each["balanced_accuracy"], each["balanced_accuracy_interval_95"])
                for each in report["sets"]
            ),
            f"**{report['mean_balanced_accuracy']:.3f}**",
        ]
        for report in reports
    ]
    others = [
        [
            f"`{report['model']}`",
            *(f"{each['accuracy']:.3f}" for each in report["sets"]),
            *_together(report),
        ]
        for report in reports
    ]
    header = ["lowest mean recall", "calibration error", "sure", "sure and right"]
    lines = ["Balanced accuracy (95 % interval):", ""]
    lines += table(["model", *names, "mean"], balanced)
    lines += ["", "Accuracy of each set, and all sets together:", ""]
    lines += table(["model", *names, *header], others)
    labels = max((report["labels"] for report in reports), key=len)
    notes = [
        f"- `{report['model']}` knows {', '.join(report['labels'])} only: fewer faces, fewer "
        "labels to confuse, so its row cannot be compared with the others."
        for report in reports
        if len(report["labels"]) < len(labels)
    ]
    return [*lines, "", *notes] if notes else lines


def _together(report: SetsReport) -> list[str]:
    lowest, pooled = report["lowest_recall"], report["pooled"]
    assert lowest is not None
    assert pooled is not None
    sure = pooled["sure"]
    return [
        f"{lowest['label']} {lowest['recall']:.3f}",
        f"{pooled['ece']:.3f}",
        f"{sure['coverage']:.0%}",
        "" if sure["accuracy"] is None else f"{sure['accuracy']:.0%}",
    ]


if __name__ == "__main__":
    main()
