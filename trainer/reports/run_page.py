"""The page of a report: a comparison of the runs, then each with its curves and mistakes."""

from collections.abc import Sequence

import numpy as np

from trainer.contract.html_page import bullets, heading, page, paragraph, picture, table
from trainer.contract.results import Result, Results
from trainer.presets.repeating import repeat_command
from trainer.reports.diagrams import (
    confusion_diagram,
    curves_diagram,
    mistakes_sheet,
    reliability_diagram,
)
from trainer.reports.run_results import Measured


def report_page(measured: Sequence[Measured], results: Results) -> str:
    """Return one page that needs nothing else."""
    parts = [table(_HEAD, [_summary(result) for result in results.results])]
    if results.repeated:
        parts += [
            heading("Repeated with other seeds"),
            table(
                ["system", "runs", "mean accuracy (95 %)", "mean balanced accuracy"],
                [
                    [
                        row.system,
                        str(len(row.runs)),
                        _with_interval(row.accuracy, row.accuracy_interval_95),
                        _share(row.balanced_accuracy),
                    ]
                    for row in results.repeated
                ],
            ),
            paragraph("The interval is of the mean over seeds (Student's t)."),
        ]
    if results.paired:
        parts += [
            heading("On the same faces"),
            table(
                ["first", "second", "faces", "difference", "p"],
                [
                    [
                        row.first,
                        row.second,
                        f"{row.n:,}",
                        f"{row.difference:+.4f}",
                        f"{row.p_value:.2g}",
                    ]
                    for row in results.paired
                ],
            ),
            paragraph("McNemar's exact test, two-sided; differences of accuracy."),
        ]
    for each in measured:
        parts += _run(each)
    title = "Report" if len(measured) > 1 else f"Report on {measured[0].result.name}"
    return page(title, parts)


_HEAD = ["run", "system", "faces", "accuracy (95 %)", "balanced", "macro F1", "calibration error"]


def _summary(result: Result) -> list[str]:
    return [
        result.run,
        result.system,
        f"{result.n:,} {result.split}",
        _with_interval(result.accuracy, result.accuracy_interval_95),
        _share(result.balanced_accuracy),
        _share(result.macro_f1),
        f"{result.ece:.3f}",
    ]


def _run(each: Measured) -> list[str]:
    result = each.result
    parts = [heading(result.run), *_facts(each), bullets(result.notes)]
    if each.history:
        parts.append(picture(curves_diagram(each.history), f"loss and accuracy of {result.run}"))
    recall = [
        [
            row.label,
            f"{row.n:,}",
            "-" if row.recall is None else _with_interval(row.recall, row.recall_interval_95),
            _share(row.precision),
            _share(row.f1),
        ]
        for row in result.labels
    ]
    parts += [
        heading("Labels", 3),
        table(["label", "faces", "recall (95 %)", "precision", "F1"], recall),
    ]
    if each.answers is None:
        return [*parts, paragraph(f"No confusion, calibration and mistakes: {each.missing}.")]
    chosen, probabilities = each.answers.selection, each.answers.probabilities
    answers = probabilities.argmax(axis=1)
    confusion = np.zeros((len(chosen.labels),) * 2, np.int64)
    np.add.at(confusion, (chosen.truth, answers), 1)
    parts += [
        heading("Confusion, calibration and most confident mistakes", 3),
        picture(confusion_diagram(confusion, chosen.labels), "confusion matrix"),
        picture(reliability_diagram(probabilities, chosen.truth), "accuracy over confidence"),
    ]
    if (answers != chosen.truth).any():
        sheet = mistakes_sheet(chosen.dataset, chosen.rows, probabilities, chosen.truth)
        parts.append(picture(sheet, "the most confident mistakes"))
    return parts


def _facts(each: Measured) -> list[str]:
    result, run = each.result, each.run
    lines = []
    if run is not None:
        faces = ", ".join(f"{n:,} {split}" for split, n in run.facts.get("faces", {}).items())
        lines.append(f"{result.data}: {faces} faces; seed {result.seed}.")
        if result.epochs is not None:
            minutes = (result.seconds or 0.0) / 60
            lines.append(
                f"{result.epochs} epochs in {minutes:.1f} minutes on "
                f"{run.facts.get('machine', 'an unknown machine')}; the weights of epoch "
                f"{result.best_epoch} were kept."
            )
        lines.append(f"Repeat it with: {repeat_command(run)}")
    lines.append(f"SHA-256 of the network: {result.sha256}")
    return [paragraph(line) for line in lines]


def _with_interval(value: float, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return _share(value)
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
