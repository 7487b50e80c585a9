"""The card's sections of figures, made from ``metrics.json``."""

from typing import Any, cast

from trainer.contract.figures import LearnedFaces
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import Preset
from trainer.metrics.markdown import table
from trainer.metrics.set_schema import SetsReport
from trainer.metrics.set_tables import groups_as_lines, sets_as_lines


def figures_section(preset: Preset, metrics: dict[str, Any]) -> str:
    """Return the section about the faces held out from the model's own dataset."""
    low, high = metrics["accuracy_interval_95"]
    unsure, flip = metrics["unsure"], metrics["flip"]
    copies = metrics["n"] - metrics["n_without_copies"]
    split = metrics["split"]
    free = (
        "which took no part in training or in any choice"
        if split == "test"
        else "by which the best epoch was chosen: there are no others, so expect less on new faces"
    )
    lines = [
        "## Figures",
        "",
        f"Measured on the {metrics['n']:,} {split} faces, {free}.",
        "",
        "| figure | value |",
        "|---|---|",
        f"| accuracy | {metrics['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f}) |",
        f"| accuracy without the {copies} exact copies of training faces |"
        f" {metrics['accuracy_without_copies']:.4f} |",
        *_learned_rows(metrics.get("learned")),
        f"| balanced accuracy | {metrics['balanced_accuracy']:.4f} |",
        f"| with the mirror image of each face asked as well: accuracy |"
        f" {flip['accuracy']:.4f} ({flip['accuracy_interval_95'][0]:.4f} to"
        f" {flip['accuracy_interval_95'][1]:.4f}) |",
        f"| the same without copies | {flip['accuracy_without_copies']:.4f} |",
        f"| the same, balanced | {flip['balanced_accuracy']:.4f} |",
        *(
            f"| the same, only {', '.join(LABEL_SETS[name])} (n = {part['n']:,}) |"
            f" {part['accuracy']:.4f} ({part['accuracy_interval_95'][0]:.4f} to"
            f" {part['accuracy_interval_95'][1]:.4f}) |"
            for name, part in metrics["restricted"].items()
        ),
        f"| macro F1 | {metrics['macro_f1']:.4f} |",
        f"| expected calibration error | {metrics['ece']:.4f} |",
        f"| accuracy on the {metrics['validation']['n']:,} validation faces |"
        f" {metrics['validation']['accuracy']:.4f} |",
        "",
        "| label | precision | recall | F1 | faces |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} |"
        f" {row['support']} |"
        for name, row in metrics["per_label"].items()
    ]
    lines += [
        "",
        "Confusion (rows: truth, columns: prediction):",
        "",
        "| | " + " | ".join(preset.labels) + " |",
        "|---" * (len(preset.labels) + 1) + "|",
    ]
    lines += [
        f"| {name} | " + " | ".join(map(str, row)) + " |"
        for name, row in zip(preset.labels, metrics["confusion"], strict=True)
    ]
    measured_on = unsure.get("measured_on", "the validation faces")
    lines += [
        "",
        f"Calibration: probabilities p become softmax(log(p) / {preset.temperature:g}), fitted on"
        f" {measured_on}. Below a confidence of {preset.unsure_below:g} the application says"
        f" *unsure*: on {measured_on} the {unsure['accepted']:.0%} at or above it were right"
        f" {unsure['accuracy']:.0%} of the time.",
    ]
    return "\n".join(lines)


def _learned_rows(learned: LearnedFaces | None) -> list[str]:
    """Return the accuracy without faces that the model, or one it began with, learned from."""
    if learned is None or not learned["n"]:
        return []
    without = learned["accuracy_without"]
    return [
        f"| accuracy without the {learned['n']:,} faces that it, or a model it began with, has "
        f"learned from (told by fingerprints) | {'-' if without is None else f'{without:.4f}'} |"
    ]


def sets_section(metrics: dict[str, Any]) -> str:
    """Return the section about sets of people that the model never learned from, if it has any."""
    found = metrics.get("sets")
    if not found:
        return ""
    report = cast(SetsReport, found)
    lines = ["## On people that it has never seen", "", f"`{found['command']}`", ""]
    if report["sets"]:
        lines += [
            "Sets of faces of other collections; `trainer/EVALUATION.md` explains the figures.",
            "",
            *sets_as_lines(report),
        ]
    for each in report["groups"]:
        lines += ["", *groups_as_lines(each)]
    return "\n".join(lines)


def application_section(metrics: dict[str, Any]) -> str:
    """Return the section about the model in the application, if it was measured there."""
    found = metrics.get("application")
    if not found:
        return ""
    one, four = (found["face_ms"][faces] for faces in ("1", "4"))
    lines = [
        "## In the application",
        "",
        f"`{found['command']}`, on {found['machine']}.",
        "",
        f"Time: {one} ms for one face, {four} ms for four, cropping included (median of "
        f"{found['rounds']} calls, the lowest of three such measurements).",
        "",
        "Framing: faces put into pictures of 640 x 480, found by the application's detector and "
        "cropped by it, against the same faces as they are and cut out where they were put.",
        "",
        *table(
            ["side of the face", "faces found", "accuracy, direct", "cut out", "found and cropped"],
            [
                [
                    f"{row['face_side_px']} px",
                    f"{row['found']:,} of {row['faces']:,}",
                    *(f"{row[f'accuracy_{how}']:.4f}" for how in ("direct", "exact", "found")),
                ]
                for row in found["framing"]
            ],
        ),
    ]
    if "calmness" in found:
        lines += [
            "",
            f"Calmness: {found['videos']} videos, {found['face_seconds']:g} seconds of faces. The "
            "delay is that of a clear change, from 90 % one label to 90 % another, at 30 frames a "
            "second.",
            "",
            *table(
                ["smoothing", "label changes a second", "added delay"],
                [
                    [
                        f"{row['smoothing_ms']} ms",
                        f"{row['changes_per_s']:.2f}",
                        f"{row['delay_ms']:.0f} ms",
                    ]
                    for row in found["calmness"]
                ],
            ),
        ]
    return "\n".join(lines)
