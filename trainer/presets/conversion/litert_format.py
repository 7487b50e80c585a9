"""LiteRT (``.tflite``) files: made by TensorFlow's converter, run by LiteRT.

They carry LiteRT's own metadata: a table in the file that says what goes in and out, and the files
``labels.txt`` and ``metadata.json``, which any zip program unpacks from it. The writers that were
published for it no longer run on a current Python, so the table is built here.
"""

import io
import json
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.preset import Preset
from trainer.presets.conversion.specification import INPUT_NAME, OUTPUT_NAME, specification

PACKAGES: Final = ("ai_edge_litert",)
LABELS_FILE: Final = "labels.txt"
SPECIFICATION_FILE: Final = "metadata.json"

# Names and numbers of LiteRT's metadata schema.
_METADATA_NAME: Final = b"TFLITE_METADATA"
_METADATA_IDENTIFIER: Final = b"M001"
_METADATA_VERSION: Final = "1.0.0"
_DESCRIPTIONS, _TENSOR_AXIS_LABELS = 1, 2
_COLOR_SPACE: Final = {"rgb": 1, "gray": 2}
_IMAGE_PROPERTIES, _NORMALIZATION_OPTIONS = 2, 1


def write(network: Any, preset: Preset, path: Path) -> None:
    """Write a network with its metadata as a LiteRT file."""
    write_bare(network, preset, path)
    path.write_bytes(_with_metadata(path.read_bytes(), preset))


def write_bare(network: Any, _: Preset, path: Path) -> None:
    """Write a network as a LiteRT file that says nothing about itself."""
    _export(network, path)


def write_int8(network: Any, _: Preset, path: Path) -> None:
    """Write the same with weights of 8 bits, each output channel of a layer on a scale of its own.

    What goes through the layers is put on a scale for each face while it runs, so that no faces are
    needed to choose scales beforehand.
    """
    import tensorflow as tf

    _export(network, path, optimizations=[tf.lite.Optimize.DEFAULT])


def _export(network: Any, path: Path, **options: Any) -> None:
    import tensorflow as tf

    suffixed = path.with_name("bare.tflite")  # Keras insists on the suffix
    # Nothing but LiteRT's own operations, or other programs could not run the file.
    operations = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    network.export(suffixed, format="litert", verbose=False, target_spec=operations, **options)
    suffixed.replace(path)


def run(path: Path, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what LiteRT makes of images, on the processor."""
    interpreter = import_module("ai_edge_litert.interpreter").Interpreter(model_path=str(path))
    runner = interpreter.get_signature_runner()
    return np.asarray(runner(**{INPUT_NAME: images})[OUTPUT_NAME])


def _with_metadata(plain: bytes, preset: Preset) -> bytes:
    schema = import_module("ai_edge_litert.schema_py_generated")
    flatbuffer_utils = import_module("ai_edge_litert.tools.flatbuffer_utils")

    model = flatbuffer_utils.read_model_from_bytearray(plain)
    model.description = preset.description
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(_metadata(preset), np.uint8)
    entry.name, entry.buffer = _METADATA_NAME, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]

    file = io.BytesIO(flatbuffer_utils.convert_object_to_bytearray(model))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(LABELS_FILE, "\n".join(preset.labels) + "\n")
        text = json.dumps(specification(preset), indent=2, ensure_ascii=False)
        archive.writestr(SPECIFICATION_FILE, text + "\n")
    return file.getvalue()


def _metadata(preset: Preset) -> bytes:
    """Return the table of LiteRT's metadata schema."""
    tables = _Tables()
    size = tables.table({0: preset.input_size_px, 1: preset.input_size_px})
    properties = tables.table({0: _Byte(_COLOR_SPACE[preset.color]), 1: _Offset(size)})
    content = tables.table({0: _Byte(_IMAGE_PROPERTIES), 1: _Offset(properties)})
    # Scaling is part of the network.
    options = tables.table({0: tables.floats([0.0]), 1: tables.floats([1.0])})
    unit = tables.table({0: _Byte(_NORMALIZATION_OPTIONS), 1: _Offset(options)})
    pixels = tables.table(
        {
            0: tables.text(INPUT_NAME),
            1: tables.text(f"Faces, {preset.color}, values from 0 to 255."),
            3: _Offset(content),
            4: tables.tables([unit]),
        }
    )
    labels = tables.associated_file(LABELS_FILE, "The labels in order.", _TENSOR_AXIS_LABELS)
    probabilities = tables.table(
        {
            0: tables.text(OUTPUT_NAME),
            1: tables.text("Calibrated probability of each label."),
            6: tables.tables([labels]),
        }
    )
    graph = tables.table({2: tables.tables([pixels]), 3: tables.tables([probabilities])})
    more = tables.associated_file(SPECIFICATION_FILE, "Input, output, origin.", _DESCRIPTIONS)
    root = tables.table(
        {
            0: tables.text(preset.name),
            1: tables.text(preset.description),
            3: tables.tables([graph]),
            5: tables.text(preset.licence),
            6: tables.tables([more]),
            7: tables.text(_METADATA_VERSION),
        }
    )
    return tables.finish(root)


class _Byte(int):
    """A number that takes one byte."""


class _Offset(int):
    """Where something else stands."""


class _Tables:
    """Writes tables whose fields are known by their place in the schema."""

    def __init__(self) -> None:
        self._builder = import_module("flatbuffers").Builder(1024)

    def table(self, fields: dict[int, int]) -> int:
        builder = self._builder
        builder.StartObject(max(fields) + 1)
        for place, value in fields.items():
            match value:
                case _Offset():
                    builder.PrependUOffsetTRelativeSlot(place, value, 0)
                case _Byte():
                    builder.PrependInt8Slot(place, value, 0)
                case _:
                    builder.PrependUint32Slot(place, value, 0)
        return int(builder.EndObject())

    def associated_file(self, name: str, description: str, kind: int) -> int:
        return self.table({0: self.text(name), 1: self.text(description), 2: _Byte(kind)})

    def text(self, text: str) -> _Offset:
        return _Offset(self._builder.CreateString(text))

    def floats(self, values: list[float]) -> _Offset:
        return _Offset(self._builder.CreateNumpyVector(np.array(values, np.float32)))

    def tables(self, offsets: list[int]) -> _Offset:
        self._builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._builder.PrependUOffsetTRelative(offset)
        return _Offset(self._builder.EndVector())

    def finish(self, root: int) -> bytes:
        self._builder.Finish(root, file_identifier=_METADATA_IDENTIFIER)
        return bytes(self._builder.Output())
