"""``fer-train inspect``: what a dataset contains, and its problems."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.data_options import add_data, source_from_args
from trainer.contract.checked_json import encode_json
from trainer.errors import DataError
from trainer.runs.quiet_keras import import_keras_quietly

if TYPE_CHECKING:
    from trainer.contract.dataset_facts import DatasetFacts
    from trainer.data.dataset import Dataset


def add_inspect(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("inspect", help="report what a dataset contains and its problems")
    add_data(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write an HTML page with contact sheets"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write the facts and a contact sheet for each label"
    )
    parser.add_argument(
        "--thorough",
        action="store_true",
        help="also look for mirrored, turned and cut copies across splits, for doubtful labels, "
        "and, with the application's detector, for pictures of no or several faces and for faces "
        "that are framed too tightly or too loosely; takes minutes",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="MODEL",
        help="a model that did not learn from these faces, such as seven-expressions, to judge "
        "labels by as well; implies --thorough",
    )
    parser.set_defaults(command="inspect")


def inspect(args: argparse.Namespace) -> int:
    """Print what is found, write what is asked for, and return the exit status."""
    from trainer.data.inspection import KnownPictures
    from trainer.data.inspection import inspect as look
    from trainer.presets.known_faces import knowers
    from trainer.presets.model_names import model_folders
    from trainer.reports.contact_sheets import write_contact_sheets
    from trainer.reports.inspection_page import as_html, as_text
    from trainer.runs.checkpoint import write_atomically

    models = model_folders()
    opinions = None
    if args.model is not None:
        from trainer.presets.model_folder import opinions_of

        import_keras_quietly(lean=True)
        opinions = opinions_of(args.model)
        if args.model.resolve() not in {folder.resolve() for folder in models}:
            models.append(args.model)
    is_thorough = args.thorough or args.model is not None
    facts, dataset = look(
        source_from_args(args),
        known=[KnownPictures(each.names, each.prints) for each in knowers(models)],
        is_thorough=is_thorough,
        opinions=opinions,
    )
    if is_thorough:
        _look_at_framing(facts, dataset)
    if args.html is not None:
        write_atomically(args.html, as_html(facts, dataset).encode())
    if args.out is not None:
        facts = write_contact_sheets(args.out, facts, dataset)
    print(encode_json(facts) if args.json else as_text(facts))
    return 0


def _look_at_framing(facts: "DatasetFacts", dataset: "Dataset") -> None:
    """Add what the application's detector sees; or, without the application, that it is not."""
    import numpy as np

    from trainer.reports.face_framing import face_framing

    try:
        facts["framing"] = face_framing(dataset, np.flatnonzero(dataset.splits >= 0))
    except DataError as error:
        facts["notes"].append(f"How faces are framed was not looked at: {error.message}.")
