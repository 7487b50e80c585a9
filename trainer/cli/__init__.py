"""Command line of the trainer: what each command does and prints."""

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from trainer.cli.blend import blend
from trainer.cli.cache import cache
from trainer.cli.evaluate import evaluate
from trainer.cli.explain import explain
from trainer.cli.export import export
from trainer.cli.fingerprint import fingerprint
from trainer.cli.fix import fix
from trainer.cli.inspect import inspect
from trainer.cli.options import build_parser
from trainer.cli.predict import predict
from trainer.cli.prepare import prepare
from trainer.cli.report import report
from trainer.cli.worker_options import workers_from_args
from trainer.config import Augmentation, Recipe, TrainConfig
from trainer.contract.checked_json import encode_json
from trainer.contract.progress import Cancelled, Failed
from trainer.contract.text import counted
from trainer.errors import RunError, TrainerError
from trainer.runs.quiet_keras import import_keras_quietly

if TYPE_CHECKING:
    from trainer.fit.epochs import Controls
    from trainer.reports.comparison import Row
    from trainer.reports.cross_validation import CrossValidation
    from trainer.reports.learning_curve import LearningCurve
    from trainer.search.findings import Found

DONE, FAILED, INTERRUPTED = 0, 1, 130
_WITHOUT_KERAS: Final = (
    "cache",
    "card",
    "fingerprint",
    "fix",
    "inspect",
    "systems",
)  # they ask no network anything


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    args = build_parser().parse_args(argv)
    try:
        prepare(args)
        if args.command not in _WITHOUT_KERAS:
            import_keras_quietly(lean=True)
        return _COMMANDS[args.command](args)
    except TrainerError as error:
        print(f"fer-train: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _systems(args: argparse.Namespace) -> int:
    from trainer.cli.system_list import systems_as_json, systems_as_text

    print(systems_as_json() if args.json else systems_as_text())
    return DONE


def _settings(args: argparse.Namespace) -> int:
    from trainer.cli.setting_list import settings_as_json

    if args.system is None and args.start is None:
        print(settings_as_json())
        return DONE
    name = _system_name(args)
    without = () if _has_stacking([name]) else ("folds",)
    print(settings_as_json(_recipe(args, name), without=without))
    return DONE


def _train(args: argparse.Namespace) -> int:
    from trainer.fit.training import train
    from trainer.runs.checkpoint import epochs_done

    def work(controls: "Controls") -> None:
        config = config_from_args(args, _system_name(args))
        _check_folds(args, [config.system])
        train(config, replace(controls, resume=args.resume), epochs=args.epochs)

    return _with_controls(args, work, lambda: Cancelled(done=epochs_done(args.out)))


def _probe(args: argparse.Namespace) -> int:
    from trainer.fit.probe import probe

    found = probe(config_from_args(args, _system_name(args)))
    if args.json:
        print(encode_json(found))
    else:
        print(
            f"{found.system}: {found.parameters:,} parameters, {found.faces:,} training faces; "
            f"{found.seconds_per_epoch:.1f} s per epoch, {_duration(found.seconds)} for "
            f"{counted(found.epochs, 'epoch')}"
        )
        for line in found.notes:
            print(line)
    return DONE


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _compare(args: argparse.Namespace) -> int:
    from trainer.cli.system_list import choose_systems
    from trainer.reports.comparison import as_markdown, compare, stopped

    names = choose_systems(args.systems)
    _check_folds(args, names)
    workers = workers_from_args(args)
    rows: list[Row] = []

    def work(controls: "Controls") -> None:
        rows.extend(
            compare(
                names,
                partial(config_from_args, args),
                args.out,
                controls,
                only_finished=args.only_finished,
                workers=workers,
            )
        )

    status = _with_controls(args, work, lambda: stopped(names, args.out))
    if status == DONE and args.progress == "text":
        print(as_markdown(rows), end="")
    return FAILED if any(row.problem for row in rows) else status


def _cross_validate(args: argparse.Namespace) -> int:
    from trainer.reports.cross_validation import as_text, cross_validate, stopped_at

    config = config_from_args(args, _system_name(args))
    workers = workers_from_args(args)
    found: list[CrossValidation] = []

    def work(controls: "Controls") -> None:
        found.append(
            cross_validate(
                config,
                controls,
                folds=args.cross_folds,
                by_person=args.by_person,
                seeds=args.seeds,
                workers=workers,
            )
        )

    status = _with_controls(args, work, lambda: stopped_at(args.out))
    if found and args.progress == "text":
        print(as_text(found[0]))
    return status


def _learning_curve(args: argparse.Namespace) -> int:
    from trainer.reports.learning_curve import curve_as_text, learning_curve, stopped_at

    if args.train_share < 1:
        args.usage_error("--train-share is of one training: say --shares")
    config = config_from_args(args, _system_name(args))
    workers = workers_from_args(args)
    found: list[LearningCurve] = []

    def work(controls: "Controls") -> None:
        found.append(
            learning_curve(config, controls, shares=args.shares, seeds=args.seeds, workers=workers)
        )

    status = _with_controls(args, work, lambda: stopped_at(args.out))
    if found and args.progress == "text":
        print(curve_as_text(found[0]))
    return status


def _search(args: argparse.Namespace) -> int:
    from trainer.cli.search import run_search, search_as_text

    config = config_from_args(args, _system_name(args))
    found: list[Found] = []

    def work(controls: "Controls") -> None:
        found.append(run_search(args, config, controls))

    stopped = Cancelled(done=0, way="the same command goes on with the search")
    status = _with_controls(args, work, lambda: stopped)
    if found and args.progress == "text":
        print(search_as_text(found[0], args.out))
    return status


def _with_controls(
    args: argparse.Namespace,
    work: Callable[["Controls"], None],
    where: Callable[[], Cancelled],
) -> int:
    """Run work that can be stopped, say where it stopped, and return the exit status."""
    from trainer.cli.stdin_control import obey
    from trainer.fit.epochs import Controls, Stopped
    from trainer.fit.progress_report import TextReport, json_report

    cancelled, paused = threading.Event(), threading.Event()
    as_json = args.progress == "json"
    report = json_report(sys.stdout) if as_json else TextReport(sys.stderr)
    if as_json:
        obey(sys.stdin, cancelled=cancelled, paused=paused)
    try:
        work(Controls(resume=False, report=report, cancelled=cancelled, paused=paused))
    except (KeyboardInterrupt, Stopped):
        report(where())
        return INTERRUPTED
    except TrainerError as error:
        if not as_json:
            raise
        report(Failed(message=error.message, hint=error.hint))
        return FAILED
    return DONE


def config_from_args(args: argparse.Namespace, name: str) -> TrainConfig:
    """Return the settings of a training: the system's recipe with the user's changes."""
    recipe = _recipe(args, name)
    augmentation = Augmentation() if args.no_augmentation else recipe.augmentation
    return TrainConfig(
        system=name,
        data=args.data,
        out=args.out,
        votes=args.votes,
        vote_use=args.vote_use,
        subject_pattern=args.subject_pattern,
        label_map=args.label_map,
        test_fold=args.test_fold,
        fixes=args.fixes,
        auxiliary_votes=args.auxiliary_votes,
        labels=args.labels,
        start=args.start,
        teacher=args.teacher,
        teacher_share=args.teacher_share,
        weights=args.weights,
        seed=args.seed,
        precision=args.precision,
        folds=TrainConfig.folds if args.folds is None else args.folds,
        train_share=args.train_share,
        input_px=args.input_px,
        color=args.color,
        recipe=replace(
            recipe,
            **_given(args, Recipe()),
            augmentation=replace(augmentation, **_given(args, augmentation)),
        ),
    )


def _check_folds(args: argparse.Namespace, names: Sequence[str]) -> None:
    """Refuse folds that no system has a use for, as whoever gives them expects something else."""
    if args.folds is not None and not _has_stacking(names):
        raise RunError(
            f"{' and '.join(names)} is not a stacking ensemble, so --folds means nothing to it.",
            hint=f"`fer-train cross-validate --folds {args.folds}` trains a network for each part.",
        )


def _has_stacking(names: Sequence[str]) -> bool:
    from trainer.systems.catalogue import get_system

    combinations = [get_system(name).combination for name in names]
    return any(each is not None and each.how == "stacking" for each in combinations)


def _system_name(args: argparse.Namespace) -> str:
    """Return the system that was asked for, by its name or by a model that it made."""
    from trainer.presets.model_folder import model_preset
    from trainer.runs.run_folder import holds_run, read_run

    if args.system is not None:
        return str(args.system)
    if getattr(args, "resume", False) and holds_run(args.out):
        # The run knows; and the model that it began with may be gone.
        return read_run(args.out).config.system
    if args.start is None:
        args.usage_error("one of --system and --start is needed")
    return model_preset(args.start).system


def _recipe(args: argparse.Namespace, name: str) -> Recipe:
    from trainer.config import gentle
    from trainer.systems.catalogue import get_system

    recipe = get_system(name).recipe
    return recipe if args.start is None else gentle(recipe)


def _given(args: argparse.Namespace, defaults: Recipe | Augmentation) -> dict[str, Any]:
    names = (name for name in vars(defaults) if name != "augmentation")
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def _convert(args: argparse.Namespace) -> int:
    from trainer.presets.conversion.convert import add_litert

    for folder in args.models:
        print(add_litert(folder, data=args.data, precision=args.precision), flush=True)
    return DONE


def _card(args: argparse.Namespace) -> int:
    from trainer.presets.model_card import write_card

    for folder in args.models:
        print(write_card(folder))
    return DONE


_COMMANDS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "systems": _systems,
    "settings": _settings,
    "inspect": inspect,
    "learning-curve": _learning_curve,
    "train": _train,
    "probe": _probe,
    "evaluate": evaluate,
    "compare": _compare,
    "predict": predict,
    "export": export,
    "blend": blend,
    "convert": _convert,
    "card": _card,
    "cache": cache,
    "cross-validate": _cross_validate,
    "fingerprint": fingerprint,
    "fix": fix,
    "report": report,
    "search": _search,
    "explain": explain,
}
