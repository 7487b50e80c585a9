"""The commands that list cameras and models."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from fer_desktop.errors import ModelError
from fer_desktop.files import shown_name
from fer_desktop.models.catalogue import available_models, resolve_model


def print_cameras(*, as_json: bool) -> int:
    """Print the cameras of this computer and return the exit status."""
    from fer_desktop.sources.camera import list_cameras

    cameras = list_cameras()
    if as_json:
        print(json.dumps([asdict(camera) for camera in cameras], indent=2))
    elif cameras:
        _print_table(("INDEX", "NAME"), [(str(item.index), item.name) for item in cameras])
    else:
        print("No camera was found.")
    return 0


def print_models(*, as_json: bool) -> int:
    """Print the installed models and return the exit status."""
    models = available_models()
    try:
        default = resolve_model("")
    except ModelError:
        default = None
    if as_json:
        rows = [
            {
                "name": model.name,
                "folder": str(model.folder),
                "bundled": model.bundled,
                "default": model.folder == default,
                "labels": model.preset.labels if model.preset else None,
                "sha256": model.preset.sha256 if model.preset else None,
                "problem": model.problem,
            }
            for model in models
        ]
        print(json.dumps(rows, indent=2))
        return 0
    if not models:
        print("No model is installed.")
        return 0
    _print_table(
        ("NAME", "", "LABELS", "FOLDER"),
        [
            (
                model.name,
                "default" if model.folder == default else "",
                ", ".join(model.preset.labels) if model.preset else f"unusable: {model.problem}",
                str(model.folder),
            )
            for model in models
        ],
    )
    return 0


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    rows = [[shown_name(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())
