"""Writing a model folder: it appears whole, or is replaced so that no reader takes half of it."""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from trainer.contract.preset import (
    CARD_FILE,
    FACES,
    FACES_FILE,
    KERAS,
    LITERT_FILE,
    LITERT_INT8_FILE,
    METRICS_FILE,
    MODEL_FILE,
    PRESET_FILE,
    ModelFile,
    Preset,
    file_sha256,
    preset_to_json,
)
from trainer.data.dataset import Dataset
from trainer.errors import RunError
from trainer.presets.conversion.convert import add_litert
from trainer.presets.conversion.faces import some_of
from trainer.presets.known_faces import KnownFaces, write_faces_file
from trainer.presets.model_card import write_card

# Stands for the checksum of a network that is not written yet.
UNWRITTEN: Final = "0" * 64


def write_model_folder(
    folder: Path,
    network: Any,
    preset: Preset,
    metrics: dict[str, Any],
    dataset: Dataset,
    known: KnownFaces,
    say: Callable[[str], object],
) -> None:
    """Write a model folder whole: network, preset, figures, card, fingerprints, file for LiteRT.

    Args:
        folder: files of the same names in it are replaced.
        preset: the checksum of the network is put into it, and into the figures.
        dataset: its validation faces show whether LiteRT answers as Keras does.
        known: the faces that the network learned from.
        say: gets what came of the file for LiteRT.

    Raises:
        RunError: if the folder cannot be written.
    """
    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as scratch:
            made = Path(scratch) / folder.name
            made.mkdir()
            network.save(made / MODEL_FILE)
            sha256 = file_sha256(made / MODEL_FILE)
            files = {
                KERAS: ModelFile(MODEL_FILE, sha256),
                FACES: write_faces_file(made, known),
            }
            preset = replace(preset, sha256=sha256, files=files)
            metrics["sha256"] = preset.sha256
            (made / PRESET_FILE).write_text(preset_to_json(preset), encoding="utf-8")
            (made / METRICS_FILE).write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
            write_card(made)
            _put_in_place(made, folder)
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror or error}.") from error
    say(_add_litert(folder, dataset))


def _add_litert(folder: Path, dataset: Dataset) -> str:
    faces = some_of(dataset.images[dataset.rows("validation")])
    try:
        return str(add_litert(folder, faces=faces))
    except RunError as error:
        return f"no file for LiteRT, so Keras runs the model: {error}"


def _put_in_place(made: Path, folder: Path) -> None:
    if not folder.exists():
        made.rename(folder)
        return
    # Until the last file is in its place the checksum tells a reader that they do not fit yet.
    for name in (LITERT_FILE, LITERT_INT8_FILE):
        (folder / name).unlink(missing_ok=True)
    for name in (MODEL_FILE, METRICS_FILE, CARD_FILE, FACES_FILE, PRESET_FILE):
        shutil.move(made / name, folder / name)
