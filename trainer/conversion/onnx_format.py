"""ONNX files: made by tf2onnx, run by ONNX Runtime."""

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.preset import Preset
from trainer.conversion.specification import INPUT_NAME, OUTPUT_NAME, as_texts, specification

PACKAGES: Final = ("onnx", "onnxruntime", "tf2onnx")


def write(network: Any, preset: Preset, path: Path) -> None:
    """Write a network with its specification as an ONNX file."""
    import keras

    onnx = import_module("onnx")
    with warnings.catch_warnings():
        # Keras asks NumPy for a name that is on its way out of it.
        warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)
        network.export(
            path,
            format="onnx",
            verbose=False,
            input_signature=[
                keras.InputSpec(shape=network.input_shape, dtype="float32", name=INPUT_NAME)
            ],
        )
    model = onnx.load(path)
    _rename(model.graph)
    model.doc_string = preset.description
    model.producer_name = "fer-train"
    onnx.helper.set_model_props(model, {**as_texts(specification(preset)), **_image_props(preset)})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def run(path: Path, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what ONNX Runtime makes of images, on the processor."""
    onnxruntime = import_module("onnxruntime")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.asarray(session.run([OUTPUT_NAME], {INPUT_NAME: images})[0])


def _rename(graph: Any) -> None:
    """Give the output and the number of faces names that say what they are."""
    (output,) = graph.output
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [OUTPUT_NAME if name == output.name else name for name in names]
    output.name = OUTPUT_NAME
    for value in (graph.input[0], output):
        value.type.tensor_type.shape.dim[0].dim_param = "faces"


def _image_props(preset: Preset) -> dict[str, str]:
    """Return the keys that ONNX itself defines for images."""
    return {
        "Image.BitmapPixelFormat": "Gray8" if preset.color == "gray" else "Rgb8",
        "Image.ColorSpaceGamma": "SRGB",
        "Image.NominalPixelRange": "NominalRange_0_255",
    }
