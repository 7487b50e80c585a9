"""Runs ``model.tflite`` on the processor: several times quicker than Keras, without TensorFlow."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.cores import worthwhile_threads
from fer_desktop.vision.engines.base import EngineUnavailable
from trainer.contract.preset import LITERT

# How many faces are read at once. Four at a time take a quarter less time a face than one at a
# time; eight would save little more, and every size holds the weights once again.
SIZES: Final = (4, 1)


class LiteRTEngine:
    """A LiteRT network, one interpreter for each number of faces that is read at once.

    Faces are read in fours as long as there are four, the others one by one: nothing is padded, and
    no interpreter is resized, which would take longer than reading the faces.

    Attributes:
        name: "litert", or what a file with other weights is called.
        input_shape, output_shape: of one face and its answer.
    """

    device = "CPU"

    def __init__(
        self,
        content: bytes,
        *,
        name: str = LITERT,
        threads: int | None = None,
        shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None,
    ) -> None:
        """Prepare a network for one face; for four, when there are so many.

        Args:
            content: of the file, which must be trusted: a foreign one can crash the process.
            name: what the engine is called with this file.
            threads: how many share the work; as many as the processor has cores unless given.
            shapes: of one face and its answer, if they are known: nothing is prepared before it is
                needed then. It takes 25 ms, in which no other thread runs Python.

        Raises:
            EngineUnavailable: if LiteRT is not installed or cannot run the file.
        """
        self.name = name
        self._content = content
        self._threads = threads or worthwhile_threads()
        self._interpreters: dict[int, _Interpreter] = {}
        if shapes is None:
            single = self._interpreter(1)
            shapes = single.input_shape, single.output_shape
        self.input_shape, self.output_shape = shapes

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

    def copier(self) -> "Callable[[], LiteRTEngine]":
        """Return what makes an engine with the same answers that works on one thread alone.

        It raises EngineUnavailable if the network reads a face otherwise, be it in the last bit,
        when it is in company or when threads share the work: a few noisy faces show it.
        """
        noise = np.random.default_rng(0).integers(0, 256, (SIZES[0], *self.input_shape), np.uint8)
        alone = np.concatenate([self.predict(face[np.newaxis]) for face in noise])
        shapes = self.input_shape, self.output_shape

        def make() -> LiteRTEngine:
            other = LiteRTEngine(self._content, name=self.name, threads=1, shapes=shapes)
            if not np.array_equal(other.predict(noise), alone):
                raise EngineUnavailable("The model reads a face otherwise when it is in company.")
            return other

        return make

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
