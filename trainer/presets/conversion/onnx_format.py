"""ONNX files: made by tf2onnx, run by ONNX Runtime."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.preset import Preset
from trainer.presets.conversion.specification import (
    INPUT_NAME,
    OUTPUT_NAME,
    as_texts,
    specification,
)

PACKAGES: Final = ("onnx", "onnxruntime", "tf2onnx")


def write(network: Any, preset: Preset, path: Path) -> None:
    """Write a network with its specification as an ONNX file."""
    onnx = import_module("onnx")
    model = _converted(network)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "faces"
    model.doc_string = preset.description
    model.producer_name = "fer-train"
    onnx.helper.set_model_props(model, {**as_texts(specification(preset)), **_image_props(preset)})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _converted(network: Any) -> Any:
    import tensorflow as tf

    tf2onnx = import_module("tf2onnx")
    spec = tf.TensorSpec(network.input_shape, tf.float32, name=INPUT_NAME)
    function = tf.function(lambda pixels: network(pixels, training=False)[OUTPUT_NAME])
    concrete = function.get_concrete_function(spec)
    # By Keras' own export, constants of preprocessing layers would become inputs of the file.
    ends = [f"{INPUT_NAME}:0"], [tensor.name for tensor in concrete.outputs]
    graph = tf2onnx.tf_loader.from_function(concrete, *ends)
    names = dict(zip([*ends[0], *ends[1]], (INPUT_NAME, OUTPUT_NAME), strict=True))
    model, _ = tf2onnx.convert.from_graph_def(
        graph, input_names=ends[0], output_names=ends[1], tensors_to_rename=names
    )
    return model


def run(path: Path, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what ONNX Runtime makes of images, on the processor."""
    # Versions from 1.29 on, if somebody installs one, report to Microsoft without this.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    onnxruntime = import_module("onnxruntime")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.asarray(session.run([OUTPUT_NAME], {INPUT_NAME: images})[0])


def _image_props(preset: Preset) -> dict[str, str]:
    """Return the keys that ONNX itself defines for images."""
    return {
        "Image.BitmapPixelFormat": "Gray8" if preset.color == "gray" else "Rgb8",
        "Image.ColorSpaceGamma": "SRGB",
        "Image.NominalPixelRange": "NominalRange_0_255",
    }
