"""The page of a search: the best recipe, what mattered, and every trial."""

from collections.abc import Sequence
from typing import Any, Final

import optuna

from trainer.contract.html_page import heading, page, paragraph, picture, table
from trainer.reports.drawing import as_png, new_figure
from trainer.search.findings import Found, Trial

_COLUMNS: Final = 3


def search_page(found: Found, study: optuna.Study) -> str:
    """Return one HTML page that needs nothing else."""
    parts = [paragraph(line) for line in _facts(found)]
    if any(trial.value is not None for trial in found.trials):
        parts += [heading("Trials"), picture(_history(found), f"{found.objective} of each trial")]
        parts.append(picture(_curves(study, found), "validation figure after each epoch"))
        parts.append(heading("Settings"))
        if found.importance:
            parts.append(picture(_importance(found), "importance of each setting"))
            parts.append(
                paragraph(
                    "Importance: the share of the objective's variance over the trials that a "
                    "setting explains (fANOVA). With few trials it says little."
                )
            )
        parts.append(picture(_slices(found), "objective over each setting"))
    parts += [heading("All trials"), _table(found)]
    return page("Search for a recipe", parts)


def _facts(found: Found) -> list[str]:
    lines = [f"Objective: {found.objective}. Varied: {', '.join(found.space)}."]
    lines.append(f"All else is as in: {found.base}")
    if found.best is None:
        return [*lines, "No trial is complete yet."]
    best = found.best
    lines.append(f"Best: trial {best.number} with {best.value:.4f}. Its training: {best.command}")
    return [
        *lines,
        "The best of many trials is better than what it will reach on new faces: its figure was "
        "chosen for being high. Evaluate it on faces that no trial was judged by.",
    ]


def _table(found: Found) -> str:
    names = [text.partition("=")[0] for text in found.space]
    head = ["trial", "state", found.objective, "epochs", "seconds", *names]
    return table(head, [_row(trial, names) for trial in found.trials])


def _row(trial: Trial, names: Sequence[str]) -> list[str]:
    value = "" if trial.value is None else f"{trial.value:.4f}"
    seconds = "" if trial.seconds is None else f"{trial.seconds:.0f}"
    settings = [_text(trial.settings.get(name, "")) for name in names]
    return [str(trial.number), trial.state, value, str(trial.epochs), seconds, *settings]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _history(found: Found) -> bytes:
    figure, axes = new_figure(8, 3.2)
    complete = [trial for trial in found.trials if trial.value is not None]
    values = [trial.value or 0.0 for trial in complete]
    numbers = [trial.number for trial in complete]
    axes.plot(numbers, values, "o", label="complete")
    best = [max(values[: at + 1]) for at in range(len(values))]
    axes.step(numbers, best, where="post", color="0.5", label="best so far")
    others = [trial.number for trial in found.trials if trial.value is None]
    axes.plot(others, [min(values)] * len(others), "x", color="0.5", label="no figure: ended early")
    axes.set(xlabel="trial", ylabel=found.objective)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    return as_png(figure)


def _curves(study: optuna.Study, found: Found) -> bytes:
    figure, axes = new_figure(8, 3.2)
    best = found.best.number if found.best is not None else None
    for trial in study.get_trials(deepcopy=False):
        steps = sorted(trial.intermediate_values.items())
        if steps:
            is_best = trial.number == best
            axes.plot(
                *zip(*steps, strict=True),
                color="C0" if is_best else "0.6",
                linewidth=2 if is_best else 1,
                marker="o" if len(steps) < 3 else "",
                label=f"trial {trial.number}, the best" if is_best else None,
            )
    axes.set(xlabel="epoch", ylabel="validation faces")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    if best is not None:
        axes.legend(frameon=False)
    return as_png(figure)


def _importance(found: Found) -> bytes:
    figure, axes = new_figure(8, 0.8 + 0.3 * len(found.importance))
    names = sorted(found.importance, key=lambda name: found.importance[name])
    axes.barh(names, [found.importance[name] for name in names])
    axes.set(xlabel="importance", xlim=(0, 1))
    return as_png(figure)


def _slices(found: Found) -> bytes:
    names = [text.partition("=")[0] for text in found.space]
    lines = -(-len(names) // _COLUMNS)
    figure, _ = new_figure(9, 2.4 * lines, axes=False)
    grid = figure.subplots(lines, _COLUMNS, squeeze=False, sharey=True)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    complete = [trial for trial in found.trials if trial.value is not None]
    for axes, name in zip(grid.flat, names, strict=False):
        values = [trial.settings[name] for trial in complete]
        is_number = not any(isinstance(value, bool | str) for value in values)
        axes.plot(
            values if is_number else [_text(value) for value in values],
            [trial.value for trial in complete],
            "o",
            alpha=0.6,
        )
        if name in ("learning_rate", "weight_decay") and min(values) > 0:
            axes.set_xscale("log")
        axes.set_xlabel(name)
        axes.grid(alpha=0.3)
    return as_png(figure)
