"""``fer-train search``: many short trainings that look for a better recipe."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.data_options import LAYOUTS_HELP
from trainer.cli.numbers import number
from trainer.cli.training_options import add_network, add_run, add_training
from trainer.cli.worker_options import add_workers, workers_from_args
from trainer.search.choices import OBJECTIVES, PRUNERS, SAMPLERS, UNSEEN

if TYPE_CHECKING:
    from trainer.config import TrainConfig
    from trainer.fit.epochs import Controls
    from trainer.search.findings import Found

_MOST_TRIALS = 100_000


def add_search(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "search",
        help="look for a better recipe by many short trainings",
        description="Trains a network again and again with settings that Optuna chooses, and "
        "leaves the best run in DIR/best, its command on the terminal, and search.html, "
        "search.json and the trials in DIR. The same command goes on where it was stopped.",
    )
    add_network(parser)
    _add_own(parser)
    add_training(parser)
    add_run(parser)


def _add_own(parser: Any) -> None:
    parser.add_argument(
        "--trials",
        type=number(int, 1, _MOST_TRIALS),
        default=20,
        metavar="N",
        help="how many trainings in all; those of an earlier, interrupted search count",
    )
    parser.add_argument(
        "--vary",
        default="",
        metavar="NAME[=LOW..HIGH|=A|B],...",
        help="settings that are varied, such as learning_rate=0.0001..0.01,batch_size=32|64,erase; "
        "one without values takes its usual range. Default: learning rate, weight decay, batch "
        "size, label smoothing, rotation, shift, zoom and erasing",
    )
    parser.add_argument(
        "--objective",
        choices=OBJECTIVES,
        default="validation balanced accuracy",
        help="what is maximized; the test faces are never looked at",
    )
    parser.add_argument(
        "--unseen",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help=f"a set of faces for the objective `{UNSEEN}`; repeat it for the mean over several "
        f"sets. {LAYOUTS_HELP}",
    )
    parser.add_argument(
        "--sampler",
        choices=SAMPLERS,
        default="tpe",
        help="tpe learns from earlier trials (tree-structured Parzen estimator)",
    )
    parser.add_argument(
        "--pruner",
        choices=PRUNERS,
        default="median",
        help="what ends a trial early: being worse than the median of the others at the same "
        "epoch, or Hyperband",
    )
    parser.add_argument(
        "--timeout",
        type=number(float, 0, 1e6),
        default=0.0,
        metavar="MINUTES",
        help="begin no trial after so many minutes; default: no limit. Example: --timeout 120",
    )
    parser.add_argument(
        "--storage",
        default="",
        metavar="URL",
        help="database that several machines share, such as postgresql://user@host/studies; "
        "default: search.db in DIR",
    )
    parser.add_argument(
        "--study",
        default="",
        metavar="NAME",
        help="name of the search in the database; default: that of DIR",
    )
    add_workers(parser, "trainings")
    parser.set_defaults(command="search", check_usage=_check)


def _check(args: argparse.Namespace) -> None:
    if (args.objective == UNSEEN) != bool(args.unseen):
        args.usage_error(f"--objective '{UNSEEN}' and --unseen PATH belong together")


def run_search(args: argparse.Namespace, config: "TrainConfig", controls: "Controls") -> "Found":
    """Search as the options say.

    Args:
        args: of the command.
        config: what is varied.
        controls: how the person follows and stops it.

    Raises:
        TrainerError: if it cannot begin, or a trial fails for want of data or disk.
        Stopped: if it was cancelled.
    """
    from trainer.errors import RunError

    try:
        from trainer.search.searching import search
        from trainer.search.storage import Place
        from trainer.search.trials import SearchJob
    except ImportError as error:
        raise RunError(
            f"a search needs Optuna, which is not installed ({error.name}).",
            hint='Type pip install "fer-desktop[search]".',
        ) from error
    from trainer.search.space import parse_space

    job = SearchJob(
        place=Place(
            folder=args.out,
            name=args.study or args.out.resolve().name,
            sampler=args.sampler,
            pruner=args.pruner,
            epochs=config.recipe.epochs,
            url=args.storage,
            seed=args.seed,
        ),
        base=config,
        objective=args.objective,
        unseen=tuple(args.unseen),
        space=parse_space(args.vary, config.recipe),
    )
    return search(
        job,
        controls,
        trials=args.trials,
        timeout_s=60 * args.timeout,
        workers=workers_from_args(args),
    )


def search_as_text(found: "Found", out: Path) -> str:
    """Return the outcome as lines for a terminal."""
    best = found.best
    if best is None:
        return "No trial is complete: give it more trials, or --pruner none."
    complete = sum(trial.value is not None for trial in found.trials)
    lines = [
        f"best {found.objective}: {best.value:.4f} (trial {best.number}, {complete} complete of "
        f"{len(found.trials)}); the page is {out / 'search.html'}, the run {out / 'best'}"
    ]
    if found.importance:
        shares = [f"{name} {share:.2f}" for name, share in found.importance.items()]
        lines.append(f"importance: {', '.join(shares)}")
    return "\n".join([*lines, best.command])
