"""What an inspection found, a sentence each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fer_desktop.training.inspection import FEW_PER_LABEL, MIN_PER_LABEL, Inspection
from fer_desktop.ui.look.wording import label_text, translate


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence.

    Attributes:
        kind: an error stands in the way, a warning does not.
        text: what was found, and what can be done.
        details: names of the files it is about.
    """

    kind: Literal["error", "warning", "info", "good"]
    text: str
    details: tuple[str, ...] = ()


def findings(found: Inspection) -> list[Finding]:
    """Return what a person should know before training, the worst first."""
    all_of_them = [*_errors(found), *_warnings(found), *_remarks(found)]
    if all(finding.kind == "info" for finding in all_of_them):
        text = translate("Findings", "No problems found: these pictures are ready for training.")
        all_of_them.insert(0, Finding("good", text))
    return all_of_them


def _errors(found: Inspection) -> Iterator[Finding]:
    if found.scarce:
        text = translate(
            "Findings",
            "Too few pictures of {labels} for training and testing: at least {least} of each are "
            "needed, {few} or more are better. Add some, or remove the folder.",
        ).format(labels=_names(found.scarce), least=MIN_PER_LABEL, few=FEW_PER_LABEL)
        yield Finding("error", text)
    elif found.has_no_test:
        text = translate(
            "Findings",
            "No pictures are left for validation and testing. Add pictures; those collected with "
            "the camera need at least three rounds.",
        )
        yield Finding("error", text)


def _warnings(found: Inspection) -> Iterator[Finding]:
    if found.few:
        text = translate(
            "Findings",
            "Few pictures of {labels}: expect modest accuracy. {few} or more of each are better.",
        ).format(labels=_names(found.few), few=FEW_PER_LABEL)
        yield Finding("warning", text)
    if found.contradictions:
        text = translate(
            "Findings",
            "Pictures filed under several expressions: {count}. At most one label can be right.",
        )
        yield Finding("warning", text.format(count=f"{found.contradictions:,}"))
    if found.unlearned:
        text = translate("Findings", "Pictures that are left out for their label: {labels}.")
        named = ", ".join(f"{name} ({count:,})" for name, count in found.unlearned.items())
        yield Finding("warning", text.format(labels=named))
    if found.shared_persons:
        text = translate(
            "Findings",
            "Persons who are in the training pictures and in those for validation or testing: "
            "{count}. The measured accuracy will be too optimistic.",
        )
        yield Finding("warning", text.format(count=f"{found.shared_persons:,}"))
    if found.left_out:
        text = translate("Findings", "Skipped files: {count}.")
        details = tuple(f"{item.name}: {item.reason}" for item in found.left_out)
        yield Finding("warning", text.format(count=f"{len(found.left_out):,}"), details)
    if found.flat:
        text = translate("Findings", "Blank pictures, of one colour only: {count}.")
        yield Finding("warning", text.format(count=f"{len(found.flat):,}"), found.flat)
    for models, count in found.known_to:
        text = translate(
            "Findings",
            "Pictures from which {models} learned: {count} of {all}. Do not improve these models "
            "with them: the accuracy measured would say little about new pictures.",
        )
        yield Finding(
            "warning",
            text.format(models=", ".join(models), count=f"{count:,}", all=f"{found.total:,}"),
        )
    if found.leaks:
        text = translate(
            "Findings",
            "Validation or test pictures that are exact copies of training pictures: {count}. "
            "The measured accuracy will be too optimistic.",
        )
        yield Finding("warning", text.format(count=f"{found.leaks:,}"))


def _remarks(found: Inspection) -> Iterator[Finding]:
    for sentence in (*found.notes, found.persons):
        if sentence:
            yield Finding("info", sentence)
    if found.copies:
        text = translate("Findings", "Exact duplicates: {count}.")
        yield Finding("info", text.format(count=f"{found.copies:,}"))
    if found.near_pairs:
        text = translate("Findings", "Pairs of near-duplicates: {count}.")
        yield Finding("info", text.format(count=f"{found.near_pairs:,}"))


def _names(labels: tuple[str, ...]) -> str:
    return ", ".join(map(label_text, labels))
