"""A model's figures on several sets, in words and tables for a terminal and for its card."""

from collections.abc import Mapping, Sequence

from trainer.metrics.markdown import table, with_interval
from trainer.metrics.set_schema import (
    AnswerShare,
    GroupAnswers,
    GroupSet,
    GroupTable,
    SetFigures,
    SetsReport,
    Sure,
)


def sets_as_text(report: SetsReport) -> str:
    """Return everything that a report holds, as Markdown that reads well in a terminal."""
    looks = "each face and its mirror image" if report["flip"] else "one look at each face"
    lines = [f"{report['model']}: {looks}; labels {', '.join(report['labels'])}"]
    if report["sets"]:
        lines += ["", *sets_as_lines(report)]
    for each in report["groups"]:
        lines += ["", *groups_as_lines(each)]
    return "\n".join(lines)


def sets_as_lines(report: SetsReport) -> list[str]:
    """Return the tables of the sets with truth, and what they say together."""
    sets = report["sets"]
    lines = [*_figures(report), "", "Recall:", "", *_recalls(report)]
    lines += ["", "Share of each answer / its true share, %:", "", *_shares(report)]
    notes = [f"- {each['name']}: {note}" for each in sets for note in each["notes"]]
    return [*lines, "", *notes] if notes else lines


def _figures(report: SetsReport) -> list[str]:
    rows = [_row(each) for each in report["sets"]]
    pooled, mean = report["pooled"], report["mean_balanced_accuracy"]
    interval, least = report["mean_balanced_accuracy_interval_95"], report["lowest_recall"]
    assert pooled is not None
    assert mean is not None
    assert interval is not None
    assert least is not None
    if len(rows) > 1:
        rows.append(
            [
                "**mean; all faces**",
                f"{pooled['n']:,}",
                "",
                f"**{with_interval(mean, interval)}**",
                f"{pooled['ece']:.3f}",
                *_sure(pooled["sure"]),
            ]
        )
    header = ["set", "faces", "accuracy (95 % interval)", "balanced accuracy (95 % interval)"]
    header += ["calibration error", f"sure (confidence >= {report['unsure_below']:g})"]
    return [
        *table([*header, "sure and right"], rows),
        "",
        f"Lowest mean recall: {least['label']}, {least['recall']:.3f}.",
    ]


def _row(each: SetFigures) -> list[str]:
    return [
        f"{each['name']} ({each['split']})" if each["split"] != "all" else each["name"],
        f"{each['n']:,}",
        with_interval(each["accuracy"], each["accuracy_interval_95"]),
        with_interval(each["balanced_accuracy"], each["balanced_accuracy_interval_95"]),
        f"{each['ece']:.3f}",
        *_sure(each["sure"]),
    ]


def _sure(sure: Sure) -> list[str]:
    right = "" if sure["accuracy"] is None else f"{sure['accuracy']:.1%}"
    return [f"{sure['coverage']:.1%}", right]


def _recalls(report: SetsReport) -> list[str]:
    labels = [label for label in report["labels"] if label in report["mean_recall"]]
    rows = [[each["name"], *(_recall(each, label) for label in labels)] for each in report["sets"]]
    if len(rows) > 1:
        means = report["mean_recall"]
        rows.append(["**mean**", *(f"{means[label]['recall']:.3f}" for label in labels)])
    return table(["set", *labels], rows)


def _recall(each: SetFigures, label: str) -> str:
    found = each["recall"].get(label)
    return "" if found is None else f"{found['recall']:.3f}"


def _shares(report: SetsReport) -> list[str]:
    def cell(each: SetFigures, label: str) -> str:
        shares = each["shares"][label]
        return f"{100 * shares['answered']:.0f} / {100 * shares['true']:.0f}"

    rows = [
        [each["name"], *(cell(each, label) for label in report["labels"])]
        for each in report["sets"]
    ]
    return table(["set", *report["labels"]], rows)


def groups_as_lines(each: GroupSet) -> list[str]:
    """Return how often each label is answered to the faces of each group."""
    labels = list(each["overall"])
    lines = [f"Answers to the {each['n']:,} faces of {each['name']}, % (95 % interval):", ""]
    lines += table(
        ["group", "faces", *labels],
        [
            *(_group(row, labels) for part in each["tables"] for row in part["rows"]),
            ["**all**", f"{each['n']:,}", *_answers(each["overall"], labels)],
        ],
    )
    lines += ["", *(f"- {_gaps(part, labels)}" for part in each["tables"])]
    return [*lines, *(f"- {note}" for note in each["notes"])]


def _group(row: GroupAnswers, labels: Sequence[str]) -> list[str]:
    return [_named(row["group"]), f"{row['n']:,}", *_answers(row["answers"], labels)]


def _answers(answers: Mapping[str, AnswerShare], labels: Sequence[str]) -> list[str]:
    def cell(label: str) -> str:
        low, high = answers[label]["interval_95"]
        return f"{100 * answers[label]['share']:.0f} ({100 * low:.0f} to {100 * high:.0f})"

    return [cell(label) for label in labels]


def _named(group: Mapping[str, str]) -> str:
    return ", ".join(group.values()).replace("_", " ").replace("|", "/")


def _gaps(part: GroupTable, labels: Sequence[str]) -> str:
    if len(part["rows"]) < 2:
        return f"By {' and '.join(part['by'])}: one group only."
    gaps = part["gaps"]
    widest = sorted(labels, key=lambda label: -gaps[label]["gap"])[:3]
    named = "; ".join(
        f"{label} {100 * gaps[label]['gap']:.0f} points ({_named(gaps[label]['highest'])} over "
        f"{_named(gaps[label]['lowest'])})"
        for label in widest
    )
    return f"Widest gaps by {' and '.join(part['by'])}: {named}."
