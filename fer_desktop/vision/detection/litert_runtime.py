"""MediaPipe's face networks on LiteRT: quicker than in MediaPipe's own graph around them.

That graph copies and converts the whole picture, and each of its steps is another task for a pool
of threads. Here the picture is read where it lies, and the small square that the network sees is
all that is converted. The answers are the same (``tests/vision/detection/test_runtimes.py``).
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.vision.detection.blaze_face import AnswerReader
from fer_desktop.vision.detection.letterbox import Square, letterboxed
from fer_desktop.vision.detection.runtime import SUPPRESSION, RawFace

# From the values of a pixel to -1 ... 1, as the networks learned them.
_SCALE: Final = np.float32(2 / 255)
_TO_UNIT: Final = np.arange(256, dtype=np.float32) * _SCALE - np.float32(1)


class LiteRTRuntime:
    """A face network in an interpreter of its own."""

    def __init__(self, content: bytes, min_score: float, threads: int = 1) -> None:
        """Load a network.

        Args:
            content: of its file, which must be trusted.
            min_score: weaker answers are dropped.
            threads: how many share the work.

        Raises:
            ImportError: if LiteRT is not installed.
            RuntimeError, ValueError: if it cannot run the file, or this is no face network.
        """
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(model_content=content, num_threads=threads)
        self._interpreter.allocate_tensors()
        (pixels,) = self._interpreter.get_input_details()
        self._side_px = int(pixels["shape"][1])
        self._reader = AnswerReader(self._side_px, min_score, SUPPRESSION)
        answers = {
            tuple(answer["shape"].tolist()): answer["index"]
            for answer in self._interpreter.get_output_details()
        }
        places, logits = self._reader.shapes
        if places not in answers or logits not in answers:
            raise ValueError("it is no face network")
        self._pixels, self._places, self._logits = pixels["index"], answers[places], answers[logits]

    def faces(self, picture: NDArray[np.uint8]) -> list[RawFace]:
        """Return the faces of a BGR picture, the surest first."""
        seen = cv2.cvtColor(letterboxed(picture, self._side_px), cv2.COLOR_BGR2RGB)
        self._interpreter.set_tensor(self._pixels, cv2.LUT(seen, _TO_UNIT)[np.newaxis])
        self._interpreter.invoke()
        answers = self._reader.faces(
            self._interpreter.get_tensor(self._places), self._interpreter.get_tensor(self._logits)
        )
        height, width = picture.shape[:2]
        square = Square.around(width, height)
        return [_in_pixels(score, place, square, width, height) for score, place in answers]

    def close(self) -> None:
        """Release the network."""
        self._interpreter = None


def _in_pixels(
    score: float, place: list[float], square: Square, width: int, height: int
) -> RawFace:
    """Return a face in pixels of the picture, its box cut off to whole ones as MediaPipe does."""
    x1, y1, x2, y2 = (square.side * value for value in place[:4])
    x, y = place[4::2], place[5::2]
    return RawFace(
        score,
        _inside(x1 + square.left, width),
        _inside(y1 + square.top, height),
        _inside(x2 - x1, width),
        _inside(y2 - y1, height),
        [
            (square.left + square.side * across, square.top + square.side * down)
            for across, down in zip(x, y, strict=True)
        ],
    )


def _inside(value: float, most: int) -> int:
    return min(max(int(value), 0), most)
