"""What an inspection found: as text for a terminal, and as one page with a sheet per label."""

from collections.abc import Sequence
from typing import Final, cast

from trainer.contract.crop import CropGeometry
from trainer.contract.dataset_facts import DatasetFacts, Listed, persons_text
from trainer.contract.html_page import heading, page, paragraph, picture, table
from trainer.contract.text import counted
from trainer.data.dataset import SPLITS, Dataset
from trainer.reports.contact_sheets import contact_sheet, face_sheet, pair_sheet

_LISTED: Final = 50
_SHOWN: Final = 48
_FAULTS: Final = {
    "blurred": "Blurred pictures",
    "dark": "Dark pictures",
    "bright": "Pictures that are too bright",
    "faint": "Pictures with hardly any contrast",
}
_FRAMINGS: Final = {
    "none": "Pictures in which no face is found",
    "several": "Pictures of several faces",
    "loose": "Pictures that frame the face more loosely than the application's crops",
    "tight": "Pictures that frame the face more tightly than the application's crops",
}
# So many times as many faces of one label as of another are worth a word.
_UNEVEN: Final = 5
_MAPPING_HEAD: Final = ["label", "becomes", "means", "faces"]


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
    at_least = "" if near.get("is_complete", True) else "at least "
    lines.append(
        f"Near-duplicate pairs: {at_least}{near['pairs']:,}, "
        f"{sum(near['across'].values()):,} of them across splits, "
        f"{near['pairs_with_several_labels']:,} with different labels."
    )
    lines += _about_changed_copies(facts)
    lines += _about_models(facts)
    for name, what in _FAULTS.items():
        if count := _listed(facts, name)["count"]:
            lines.append(f"{what}: {count:,}.")
    lines += _about_framing(facts)
    if doubted := facts.get("doubtful_labels"):
        lines.append(
            f"Labels that are worth a look, because another one fits better: {len(doubted):,}."
        )
    if facts["constant"]:
        lines.append(f"Blank images, of one colour only: {len(facts['constant']):,}.")
    if facts["skipped"]:
        lines.append(f"Files that could not be used: {len(facts['skipped']):,}.")
    return lines


def _about_changed_copies(facts: DatasetFacts) -> list[str]:
    if "changed_copies" not in facts:
        return []
    lines = []
    for where, count in facts["changed_copies"]["across"].items():
        split, _, other = where.partition(" in ")
        if count:
            lines.append(
                f"Pictures of {split} that are mirrored, turned, moved or cut copies of {other} "
                f"pictures: {count:,}. Figures on {split} are too good by them."
            )
    return lines or ["No mirrored, turned or cut copies of other splits were found."]


def _about_models(facts: DatasetFacts) -> list[str]:
    return [
        f"Pictures from which {_joined(each['models'])} learned, told by fingerprints: "
        + ", ".join(f"{count:,} {split}" for split, count in each["splits"].items() if count)
        + ". On them such a model, and one that is improved from it, does too well."
        for each in facts.get("known_to_models", [])
    ]


def _about_framing(facts: DatasetFacts) -> list[str]:
    framing = facts.get("framing")
    if framing is None:
        return []
    looked = f"of {framing['looked_at']:,} that the application's detector looked at"
    lines = [
        f"{what}: {count:,} {looked}."
        for name, what in _FRAMINGS.items()
        if (count := cast(Listed, framing[name])["count"])  # type: ignore[literal-required]
    ]
    if framing["face_width"]:
        middle = framing["face_width"]["median"]
        lines.append(
            f"The face takes up {middle:.0%} of the picture's width in the median; the "
            f"application's crops have {1 / CropGeometry().scale:.0%}."
        )
    return lines


def _joined(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _listed(facts: DatasetFacts, name: str) -> Listed:
    return cast(Listed, facts[name])  # type: ignore[literal-required]


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
    counts = facts["counts"]["train"]
    learned = sorted((count, name) for name, count in counts.items() if count)
    if learned and learned[-1][0] >= _UNEVEN * learned[0][0]:
        (fewest, rare), (most, frequent) = learned[0], learned[-1]
        lines.append(
            f"Labels are uneven: {most:,} training faces of {frequent} and {fewest:,} of {rare}. "
            "Expect low recall of the rare ones, and compare balanced accuracy."
        )
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
    lines = [persons_text(persons)]
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
    mapping = [_MAPPING_HEAD, *_mapping(facts)]
    wide = [max(len(row[at]) for row in mapping) for at in range(len(_MAPPING_HEAD))]
    labels_table = [
        "  ".join(f"{cell:<{w}}" for cell, w in zip(row, wide, strict=True)).rstrip()
        for row in mapping
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
    counts = [
        [name, *(f"{facts['counts'][split][name]:,}" for split in SPLITS)]
        for name in facts["labels"]
    ]
    spreads = _spreads(facts)
    light = [[name, *(f"{value:g}" for value in values.values())] for name, values in spreads]
    skipped = [[row["name"], row["reason"]] for row in facts["skipped"]]
    parts = [
        *map(paragraph, findings(facts)),
        heading("Faces"),
        table(["label", *SPLITS], counts),
        heading("Labels"),
        table(_MAPPING_HEAD, _mapping(facts)),
        heading("Spread"),
        table(["", *spreads[0][1]], light),
    ]
    parts += _suspects(facts, dataset)
    if skipped:
        parts += [heading("Files that could not be used"), table(["file", "reason"], skipped)]
    if facts["constant"]:
        parts += [heading("Images of one colour"), paragraph(", ".join(facts["constant"]))]
    for at, name in enumerate(facts["labels"]):
        sheet = contact_sheet(dataset, at)
        parts += [heading(name), picture(sheet, f"faces labelled {name}", "faces")]
    return page(f"Dataset {facts['data']}", parts)


def _suspects(facts: DatasetFacts, dataset: Dataset) -> list[str]:
    """Return thumbnails of what a person should look at."""
    rows = {name: row for row, name in enumerate(dataset.names)}
    parts = []
    if "changed_copies" in facts and (examples := facts["changed_copies"]["examples"]):
        pairs = [(rows[each["picture"]], rows[each["original"]]) for each in examples[:_SHOWN]]
        names = [[each["picture"], each["original"], each["kind"]] for each in examples[:_LISTED]]
        parts += [
            heading("Copies of other splits' pictures, beside their originals"),
            picture(pair_sheet(dataset, pairs), "pairs of pictures", "faces"),
            table(["picture", "copy of", "what was done"], names),
        ]
    if doubted := facts.get("doubtful_labels"):
        looked = [rows[each["name"]] for each in doubted[:_SHOWN]]
        titles = [[each["name"], each["label"], each["likely"]] for each in doubted[:_LISTED]]
        parts += [
            heading("Labels that are worth a look"),
            paragraph(
                "A simple classifier that has not seen these faces doubts them; it is wrong about "
                "most, so look before you change anything."
            ),
            picture(face_sheet(dataset, looked), "faces with doubtful labels", "faces"),
            table(["picture", "label", "fits better"], titles),
        ]
    for each in facts.get("known_to_models", []):
        chosen = [rows[name] for name in each["names"][:_SHOWN]]
        what = f"Pictures from which {_joined(each['models'])} learned"
        parts += [heading(what), picture(face_sheet(dataset, chosen), what, "faces")]
    if (framing := facts.get("framing")) is not None:
        for name, what in _FRAMINGS.items():
            framed = cast(Listed, framing[name])["names"][:_SHOWN]  # type: ignore[literal-required]
            if framed:
                sheet = face_sheet(dataset, [rows[each] for each in framed])
                parts += [heading(what), picture(sheet, what, "faces")]
    for name, what in _FAULTS.items():
        if names_of_it := _listed(facts, name)["names"]:
            chosen = [rows[each] for each in names_of_it[:_SHOWN]]
            parts += [heading(what), picture(face_sheet(dataset, chosen), what, "faces")]
    return parts
