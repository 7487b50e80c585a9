"""What an inspection found: as text for a terminal, and as one page with a sheet per label."""

import base64
import html
from typing import Final

from trainer.contract.dataset_facts import DatasetFacts
from trainer.contract.text import counted
from trainer.data.dataset import SPLITS, Dataset
from trainer.reports.contact_sheets import contact_sheet

_LISTED: Final = 50
_MAPPING_HEAD: Final = ["label", "becomes", "means", "faces"]

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
img { max-width: 100%; image-rendering: pixelated; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; }
  th, td { border-color: #444; } }
"""


def findings(facts: DatasetFacts) -> list[str]:
    """Return what a person should know about the dataset, a sentence each."""
    exact, near = facts["exact_copies"], facts["near_copies"]
    lines = [
        f"Read as {facts['layout']}"
        + (f": {facts['layout_why']}." if facts["layout_why"] else "."),
        f"{counted(facts['faces'], 'face')}, {exact['distinct']:,} distinct.",
        *facts["notes"],
        *_about_labels(facts),
        *_about_splits(facts),
        *_about_persons(facts),
    ]
    for split, count in exact["inside"].items():
        if count:
            lines.append(f"Exact copies of other {split} faces in {split}: {count:,}.")
    for where, count in exact["across"].items():
        if count:
            split, _, other = where.partition(" in ")
            lines.append(f"Exact copies of {other} faces in {split}: {count:,}.")
    if exact["pictures_with_several_labels"]:
        count = exact["pictures_with_several_labels"]
        lines.append(f"Pictures that also occur under another label: {count:,}.")
    lines.append(
        f"Near-duplicate pairs: {near['pairs']:,}, "
        f"{sum(near['across'].values()):,} of them across splits, "
        f"{near['pairs_with_several_labels']:,} with different labels."
    )
    if facts["constant"]:
        lines.append(f"Blank images, of one colour only: {len(facts['constant']):,}.")
    if facts["skipped"]:
        lines.append(f"Files that could not be used: {len(facts['skipped']):,}.")
    return lines


def _about_labels(facts: DatasetFacts) -> list[str]:
    lines = []
    unnamed = [row["label"] for row in facts["mapping"] if row["becomes"] and not row["means"]]
    joined = {name: [] for name in facts["labels"]}  # type: dict[str, list[str]]
    for row in facts["mapping"]:
        if row["faces"] and row["becomes"]:
            joined.setdefault(row["becomes"], []).append(row["label"])
    for name, natives in joined.items():
        if len(natives) > 1:
            lines.append(f"Several labels are one: {', '.join(natives)} become {name}.")
    if unnamed:
        lines.append(
            f"No usual expressions, taken as they are: {', '.join(unnamed)}. If they are, say so "
            'with --map "theirs=ours,...".'
        )
    if facts["left_out"]:
        named = ", ".join(f"{name} ({count:,})" for name, count in facts["left_out"].items())
        lines.append(f"Faces left out for their label: {named}.")
    return lines


def _about_splits(facts: DatasetFacts) -> list[str]:
    kept = "copies and persons" if facts["persons"]["count"] else "copies"
    if not facts["splits_of_its_own"]:
        return [f"The dataset has no splits of its own; they are made, with {kept} kept together."]
    made = facts["splits_made"]
    return [f"Made from the training faces, with {kept} kept together: {', '.join(made)}."] * bool(
        made
    )


def _about_persons(facts: DatasetFacts) -> list[str]:
    persons = facts["persons"]
    if not persons["count"]:
        return [
            "Nothing says who is shown, so one person may be on both sides of a split; "
            "--subject-pattern or a column subject would tell."
        ]
    lines = [f"{counted(persons['count'], 'person', 'persons')}, told by {persons['named_by']}."]
    if persons["faces_without"]:
        lines.append(f"Faces of nobody knows whom: {persons['faces_without']:,}.")
    for where, count in persons["across"].items():
        if count:
            split, _, other = where.partition(" in ")
            lines.append(f"Persons of {split} who are in {other} too: {count:,}.")
    return lines


def _mapping(facts: DatasetFacts) -> list[list[str]]:
    return [
        [row["label"], row["becomes"] or "(left out)", row["means"] or "-", f"{row['faces']:,}"]
        for row in facts["mapping"]
    ]


def _spreads(facts: DatasetFacts) -> list[tuple[str, dict[str, float]]]:
    rows = [(f"{name}, pixels", values) for name, values in facts["size_px"].items()]
    return [*rows, ("brightness", facts["brightness"]), ("contrast", facts["contrast"])]


def as_text(facts: DatasetFacts) -> str:
    """Return the findings and tables for a terminal."""
    labels = facts["labels"]
    width = max(len(name) for name in (*labels, "all"))
    head = "  ".join(f"{split:>10}" for split in SPLITS)
    lines = [facts["data"], *findings(facts), "", f"{'':<{width}}  {head}"]
    lines += [
        f"{name:<{width}}  " + "  ".join(f"{facts['counts'][s][name]:>10,}" for s in SPLITS)
        for name in labels
    ]
    table = [_MAPPING_HEAD, *_mapping(facts)]
    wide = [max(len(row[at]) for row in table) for at in range(len(_MAPPING_HEAD))]
    labels_table = [
        "  ".join(f"{cell:<{w}}" for cell, w in zip(row, wide, strict=True)).rstrip()
        for row in table
    ]
    totals = "  ".join(f"{sum(facts['counts'][split].values()):>10,}" for split in SPLITS)
    lines += [f"{'all':<{width}}  {totals}", "", *labels_table, ""]
    for name, values in _spreads(facts):
        lines.append(f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in values.items()))
    lines += [f"constant: {name}" for name in facts["constant"][:_LISTED]]
    lines += [f"skipped: {row['name']}: {row['reason']}" for row in facts["skipped"][:_LISTED]]
    return "\n".join(lines)


def as_html(facts: DatasetFacts, dataset: Dataset) -> str:
    """Return one page that needs nothing else."""
    title = html.escape(f"Dataset {facts['data']}")
    counts = [
        [name, *(f"{facts['counts'][split][name]:,}" for split in SPLITS)]
        for name in facts["labels"]
    ]
    spreads = _spreads(facts)
    light = [[name, *(f"{value:g}" for value in values.values())] for name, values in spreads]
    skipped = [[row["name"], row["reason"]] for row in facts["skipped"]]
    parts = [
        f"<h1>{title}</h1>",
        *(f"<p>{html.escape(line)}</p>" for line in findings(facts)),
        "<h2>Faces</h2>",
        _table(["label", *SPLITS], counts),
        "<h2>Labels</h2>",
        _table(_MAPPING_HEAD, _mapping(facts)),
        "<h2>Spread</h2>",
        _table(["", *spreads[0][1]], light),
    ]
    if skipped:
        parts += ["<h2>Files that could not be used</h2>", _table(["file", "reason"], skipped)]
    if facts["constant"]:
        names = ", ".join(html.escape(name) for name in facts["constant"])
        parts += ["<h2>Images of one colour</h2>", f"<p>{names}</p>"]
    for at, name in enumerate(facts["labels"]):
        sheet = base64.b64encode(contact_sheet(dataset, at)).decode()
        parts += [
            f"<h2>{html.escape(name)}</h2>",
            f'<img alt="faces labelled {html.escape(name)}" src="data:image/png;base64,{sheet}">',
        ]
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    def line(tag: str, cells: list[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    return "<table>" + line("th", head) + "".join(line("td", row) for row in rows) + "</table>"
