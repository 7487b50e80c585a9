"""What the benchmark runs on: the demo clip, alone or tiled to several faces, 640 x 480, 30 fps."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from fer_desktop.paths import demo_clip

WIDTH_PX, HEIGHT_PX, FPS = 640, 480, 30


def demo_pictures(count: int) -> list[NDArray[np.uint8]]:
    """Return the first pictures of the demo clip, BGR, over and over if it is too short."""
    with av.open(str(demo_clip())) as container:
        pictures = []
        for frame in container.decode(video=0):
            pictures.append(frame.to_ndarray(format="bgr24"))
            if len(pictures) == count:
                break
    return [pictures[index % len(pictures)] for index in range(count)]


def with_faces(pictures: list[NDArray[np.uint8]], faces: int) -> list[NDArray[np.uint8]]:
    """Return pictures with one to four faces: for several, the clip at several offsets, halved."""
    if faces == 1:
        return pictures
    result = []
    halves = [np.ascontiguousarray(picture[::2, ::2]) for picture in pictures]
    for index in range(len(halves)):
        canvas = np.full((HEIGHT_PX, WIDTH_PX, 3), 128, np.uint8)
        for face in range(faces):
            row, column = divmod(face, 2)
            half = halves[(index + 60 * face) % len(halves)]
            height, width = half.shape[:2]
            canvas[row * height : (row + 1) * height, column * width : (column + 1) * width] = half
        result.append(canvas)
    return result


def write_clip(path: Path, pictures: list[NDArray[np.uint8]]) -> None:
    """Write pictures as an H.264 file with 30 frames a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height = WIDTH_PX, HEIGHT_PX
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "23", "preset": "veryfast"}
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
