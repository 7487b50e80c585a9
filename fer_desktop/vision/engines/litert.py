"""Runs ``model.tflite`` on the processor: several times quicker than Keras, without TensorFlow."""

import os
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.cores import threads_of
from fer_desktop.vision.engines.base import EngineUnavailable
from trainer.contract.preset import LITERT

# How many faces are read at once. Four at a time take a quarter less time a face than one at a
# time; eight would save little more, and every size holds the weights once again.
SIZES: Final = (4, 1)
# A network of this kind is too small to keep more threads busy.
_MOST_THREADS: Final = 4


class LiteRTEngine:
    """A LiteRT network, one interpreter for each number of faces that is read at once.

    Faces are read in fours as long as there are four, the others one by one: nothing is padded, and
    no interpreter is resized, which would take longer than reading the faces.

    Attributes:
        name: "litert", or what a file with other weights is called.
        input_shape, output_shape: of one face and its answer.
    """

    device = "CPU"

    def __init__(self, content: bytes, *, name: str = LITERT, threads: int | None = None) -> None:
        """Prepare a network for one face; for four, when there are so many.

        Args:
            content: of the file, which must be trusted: a foreign one can crash the process.
            name: what the engine is called with this file.
            threads: how many share the work; as many as the processor has cores unless given.

        Raises:
            EngineUnavailable: if LiteRT is not installed or cannot run the file.
        """
        self.name = name
        self._content = content
        self._threads = threads or _usual_threads()
        self._interpreters: dict[int, _Interpreter] = {}
        single = self._interpreter(1)
        self.input_shape = single.input_shape
        self.output_shape = single.output_shape

    def predict(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the network's own probabilities, shape (faces, labels)."""
        faces = crops.astype(np.float32)
        parts = []
        start = 0
        for size in SIZES:
            while len(faces) - start >= size:
                parts.append(self._interpreter(size).run(faces[start : start + size]))
                start += size
        return np.concatenate(parts)

    def close(self) -> None:
        """Release the network; may be called twice."""
        self._interpreters.clear()

    def _interpreter(self, faces: int) -> "_Interpreter":
        if faces not in self._interpreters:
            self._interpreters[faces] = _Interpreter(self._content, faces, self._threads)
        return self._interpreters[faces]


class _Interpreter:
    """LiteRT's interpreter for a fixed number of faces."""

    def __init__(self, content: bytes, faces: int, threads: int) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter

            # All interpreters share the one content: it is not copied.
            self._interpreter: Any = Interpreter(model_content=content, num_threads=threads)
            (pixels,) = self._interpreter.get_input_details()
            _, *image = pixels["shape"].tolist()
            self._interpreter.resize_tensor_input(pixels["index"], (faces, *image), strict=True)
            self._interpreter.allocate_tensors()
            (answer,) = self._interpreter.get_output_details()
        except (ImportError, RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split()).rstrip(".")
            raise EngineUnavailable(f"LiteRT cannot run the model: {reason}.") from error
        if {pixels["dtype"], answer["dtype"]} != {np.float32}:
            raise EngineUnavailable("LiteRT cannot run the model: its numbers are not float32.")
        self._pixels, self._answer = pixels["index"], answer["index"]
        self.input_shape = tuple(image)
        self.output_shape = tuple(answer["shape"].tolist()[1:])

    def run(self, faces: NDArray[np.float32]) -> NDArray[np.float32]:
        self._interpreter.set_tensor(self._pixels, faces)
        self._interpreter.invoke()
        answer: NDArray[np.float32] = self._interpreter.get_tensor(self._answer)
        return answer


def _usual_threads() -> int:
    import psutil

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return threads_of(min(cores, _MOST_THREADS))
