"""Render the demo clip from a public-domain portrait.

    python packaging/make_demo_clip.py [assets/demo/demo.mp4]

The portrait is NASA's picture of the astronaut Eileen Collins (public domain) as scikit-image has
it (``skimage.data.astronaut``). A slow camera moves over it, and smooth warps move mouth and brows,
so that the timeline has something to show. The clip ends where it begins.
"""

import sys
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

FPS = 30
SECONDS = 16
WIDTH_PX, HEIGHT_PX = 640, 480
VIEW_WIDTH_PX = 350.0  # of the portrait, at zoom 1
FACE = (226.0, 128.0)  # portrait pixels
SUPERSAMPLING = 4  # warps are applied to an enlarged portrait, which keeps edges smooth


@dataclass(frozen=True)
class Push:
    """A smooth local displacement of the face, portrait pixels."""

    x: float
    y: float
    dx: float
    dy: float
    spread_x: float
    spread_y: float


# Each pose moves the smiling portrait somewhere else.
POSES: dict[str, tuple[Push, ...]] = {
    "smile": (),
    "calm": (
        Push(203, 140, 5.0, 2.5, 10, 8),
        Push(248, 140, -5.0, 2.5, 10, 8),
        Push(225, 151, 0, -4.5, 16, 6),
        Push(225, 140, 0, 1.8, 14, 4),
        Push(190, 128, 1.5, 2.5, 12, 12),
        Push(260, 128, -1.5, 2.5, 12, 12),
    ),
    "sad": (
        Push(203, 140, 4.5, 6.5, 10, 8),
        Push(248, 140, -4.5, 6.5, 10, 8),
        Push(225, 151, 0, -4.0, 16, 6),
        Push(212, 90, 1.5, -3.5, 8, 7),
        Push(240, 91, -1.5, -3.5, 8, 7),
        Push(194, 92, 0, 2.5, 8, 7),
        Push(260, 94, 0, 2.5, 8, 7),
    ),
    "brows raised": (
        Push(203, 140, 3.0, 1.0, 10, 9),
        Push(248, 140, -3.0, 1.0, 10, 9),
        Push(225, 151, 0, -1.5, 16, 7),
        Push(203, 90, 0, -5.0, 16, 8),
        Push(250, 92, 0, -5.0, 16, 8),
        Push(203, 97, 0, -1.5, 10, 3),
        Push(247, 99, 0, -1.5, 10, 3),
    ),
}
# Seconds at which a pose is fully reached; between them the face moves smoothly.
SCRIPT: tuple[tuple[float, str], ...] = (
    (0.0, "smile"),
    (3.0, "smile"),
    (4.0, "calm"),
    (6.0, "calm"),
    (7.0, "brows raised"),
    (8.6, "brows raised"),
    (9.6, "calm"),
    (10.6, "sad"),
    (12.6, "sad"),
    (13.6, "calm"),
    (15.0, "smile"),
    (16.0, "smile"),
)


def pose_weights(time_s: float) -> dict[str, float]:
    """Return how much of each pose the face shows at this time."""
    for (start, before), (end, after) in pairwise(SCRIPT):
        if start <= time_s < end:
            part = (time_s - start) / (end - start)
            eased = part * part * (3 - 2 * part)
            weights = {before: 1 - eased}
            weights[after] = weights.get(after, 0.0) + eased
            return weights
    return {SCRIPT[-1][1]: 1.0}


def displacement(
    weights: dict[str, float], x: NDArray[np.float32], y: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where each portrait pixel takes its colour from, relative to itself."""
    dx = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    dy = np.zeros_like(dx)
    for pose, weight in weights.items():
        for push in POSES[pose]:
            bell = np.exp(
                -0.5 * (((x - push.x) / push.spread_x) ** 2 + ((y - push.y) / push.spread_y) ** 2)
            )
            dx -= weight * push.dx * bell
            dy -= weight * push.dy * bell
    return dx, dy


def camera(time_s: float) -> NDArray[np.float64]:
    """Return the map from picture pixels to portrait pixels, shape (2, 3)."""
    phase = 2 * np.pi * time_s / SECONDS
    zoom = 1.0 + 0.13 * np.sin(phase)
    angle = np.deg2rad(3.5) * np.sin(2 * phase)
    drift = np.array([14 * np.sin(phase + 0.6), 31 + 7 * np.cos(2 * phase)])
    centre = np.add(FACE, drift)
    scale = VIEW_WIDTH_PX / WIDTH_PX / zoom
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([linear, centre - linear @ [WIDTH_PX / 2, HEIGHT_PX / 2]])


def render(portrait: NDArray[np.uint8], time_s: float) -> NDArray[np.uint8]:
    """Return one RGB picture of the clip."""
    columns = np.arange(WIDTH_PX, dtype=np.float32)[None, :]
    rows = np.arange(HEIGHT_PX, dtype=np.float32)[:, None]
    m = camera(time_s).astype(np.float32)
    x = m[0, 0] * columns + m[0, 1] * rows + m[0, 2]
    y = m[1, 0] * columns + m[1, 1] * rows + m[1, 2]
    dx, dy = displacement(pose_weights(time_s), x, y)
    factor = np.float32(SUPERSAMPLING)
    return cv2.remap(  # type: ignore[no-any-return]
        portrait,
        (x + dx + 0.5) * factor - 0.5,
        (y + dy + 0.5) * factor - 0.5,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


def main(path: Path) -> None:
    """Write the clip."""
    portrait = cv2.resize(
        skimage.data.astronaut(),
        None,
        fx=SUPERSAMPLING,
        fy=SUPERSAMPLING,
        interpolation=cv2.INTER_LANCZOS4,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height = WIDTH_PX, HEIGHT_PX
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FPS)
        stream.options = {"crf": "24", "preset": "slow", "threads": "1"}
        for index in range(FPS * SECONDS):
            picture = av.VideoFrame.from_ndarray(render(portrait, index / FPS), format="rgb24")
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "assets/demo/demo.mp4"))
