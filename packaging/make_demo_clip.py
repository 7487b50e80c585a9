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


@dataclass(frozen=True)
class Pose:
    """What moves the smiling portrait to another face.

    Attributes:
        pushes: displacements of brows, cheeks and the corners of the mouth.
        lips: how far the lips close over the teeth, 0 to 1.
    """

    pushes: tuple[Push, ...] = ()
    lips: float = 0.0


_FLAT_MOUTH = (
    Push(203, 140, 4.0, 4.5, 10, 8),
    Push(247, 140, -4.0, 4.5, 10, 8),
    Push(190, 128, 1.5, 2.5, 12, 12),
    Push(260, 128, -1.5, 2.5, 12, 12),
)
POSES: dict[str, Pose] = {
    "smile": Pose(),
    "closed smile": Pose(lips=1.0),
    "calm": Pose(_FLAT_MOUTH, lips=1.0),
    "sad": Pose(
        (
            Push(203, 140, 4.0, 8.0, 10, 9),
            Push(247, 140, -4.0, 8.0, 10, 9),
            Push(225, 146, 0, -2.0, 12, 8),
            Push(212, 90, 1.5, -3.5, 8, 7),
            Push(240, 91, -1.5, -3.5, 8, 7),
            Push(194, 92, 0, 2.5, 8, 7),
            Push(260, 94, 0, 2.5, 8, 7),
            Push(190, 128, 1.5, 3.0, 12, 12),
            Push(260, 128, -1.5, 3.0, 12, 12),
        ),
        lips=1.0,
    ),
    "frown": Pose(
        (
            *_FLAT_MOUTH,
            Push(212, 91, 3.0, 4.5, 9, 7),
            Push(240, 92, -3.0, 4.5, 9, 7),
            Push(194, 92, 0, -1.5, 8, 7),
            Push(260, 94, 0, -1.5, 8, 7),
            Push(203, 96, 0, 2.0, 9, 3),
            Push(247, 98, 0, 2.0, 9, 3),
        ),
        lips=1.0,
    ),
}
# Seconds at which a pose is fully reached; between them the face moves smoothly.
SCRIPT: tuple[tuple[float, str], ...] = (
    (0.0, "smile"),
    (2.6, "smile"),
    (3.4, "closed smile"),
    (4.2, "calm"),
    (6.4, "calm"),
    (7.2, "sad"),
    (9.4, "sad"),
    (10.2, "calm"),
    (11.0, "frown"),
    (12.8, "frown"),
    (13.6, "calm"),
    (14.4, "closed smile"),
    (15.2, "smile"),
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
    lips = 0.0
    for name, weight in weights.items():
        lips += weight * POSES[name].lips
        for push in POSES[name].pushes:
            bell = np.exp(
                -0.5 * (((x - push.x) / push.spread_x) ** 2 + ((y - push.y) / push.spread_y) ** 2)
            )
            dx -= weight * push.dx * bell
            dy -= weight * push.dy * bell
    return dx, dy + lips * lip_closing(x + dx, y + dy)


def lip_closing(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far from the line between the lips a pixel takes its colour: beyond the teeth."""
    across = np.clip(1 - ((x - 225) / 26) ** 2, 0, 1)
    below = y - (139.5 + 7.5 * across)
    closing: NDArray[np.float32] = (
        4.6 * np.sqrt(across) * np.tanh(below / 1.0) * np.exp(-((below / 16) ** 2))
    )
    return closing


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
