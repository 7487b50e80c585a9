"""High dynamic range for screens and networks that know the standard one.

Pictures in HLG or PQ (ITU-R BT.2100) look grey and flat where they are taken for ordinary ones, and
faces are read otherwise. What a standard picture can show keeps its light; brighter light is
compressed by a Möbius curve instead of cut off.
"""

from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# FFmpeg's numbers of the two transfer functions.
_PQ: Final = 16
_HLG: Final = 18
# Light of paper in a picture of high dynamic range (BT.2408), and of the brightest that is kept.
_WHITE_NITS: Final = 203.0
_PEAK_NITS: Final = 1000.0
_KNEE: Final = 0.6  # of white: where the compression begins
_GAMMA: Final = 2.4
_LUMA_2020: Final = np.array([0.2627, 0.6780, 0.0593])
_FROM_2020_TO_709: Final = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)
_STEPS: Final = 33  # of each colour in the table; FFmpeg interpolates between them
_WORKING_FORMAT: Final = "gbrp16le"
_TICK: Final = Fraction(1, 1000)


def is_high_dynamic_range(picture: Any) -> bool:
    """Tell whether a decoded picture needs to be mapped."""
    return picture.color_trc in (_PQ, _HLG)


class ToneMapper:
    """Maps decoded pictures of one size and one transfer function; used by one thread."""

    def __init__(self, picture: Any) -> None:
        """Prepare for pictures like this one."""
        from av.filter import Graph
        from av.video.format import VideoFormat
        from av.video.reformatter import VideoReformatter

        self._kind = _kind(picture)
        self._converter = VideoReformatter()
        self._graph = Graph()
        source = self._graph.add_buffer(
            width=picture.width,
            height=picture.height,
            format=VideoFormat(_WORKING_FORMAT),
            time_base=_TICK,
        )
        with TemporaryDirectory(prefix="fer-desktop-") as folder:
            file = Path(folder) / "table.cube"
            file.write_text(_table(picture.color_trc))
            lookup = self._graph.add("lut3d", None, file=str(file))
        sink = self._graph.add("buffersink")
        source.link_to(lookup)
        lookup.link_to(sink)
        self._graph.configure(auto_buffer=False)

    def suits(self, picture: Any) -> bool:
        """Tell whether a picture is like the one that this was made for."""
        return _kind(picture) == self._kind

    def mapped(self, picture: Any) -> Any:
        """Return a picture of standard dynamic range, RGB with 16 bits."""
        self._graph.vpush(self._converter.reformat(picture, format=_WORKING_FORMAT))
        return self._graph.vpull()


def _kind(picture: Any) -> tuple[int, int, int]:
    return picture.width, picture.height, picture.color_trc


@cache
def _table(transfer: int) -> str:
    """Return what becomes of every colour, as the text of a .cube file: red runs fastest."""
    steps = np.linspace(0.0, 1.0, _STEPS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    colors = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    rows = (f"{r:.5f} {g:.5f} {b:.5f}" for r, g, b in _standard(colors, transfer).tolist())
    return "\n".join([f"LUT_3D_SIZE {_STEPS}", *rows, ""])


def _standard(colors: NDArray[np.float64], transfer: int) -> NDArray[np.float64]:
    """Return the signal of standard dynamic range for colours of a high one, shape (n, 3)."""
    nits = (_nits_of_pq if transfer == _PQ else _nits_of_hlg)(colors)
    light = np.maximum(nits / _WHITE_NITS @ _FROM_2020_TO_709.T, 0.0)
    # All three colours by one factor, or bright skin would change its hue.
    brightest = np.maximum(light.max(axis=1, keepdims=True), 1e-9)
    light *= _compressed(brightest) / brightest
    encoded: NDArray[np.float64] = np.clip(light, 0.0, 1.0) ** (1 / _GAMMA)
    return encoded


def _nits_of_pq(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo SMPTE ST 2084."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = signal ** (1 / m2)
    nits: NDArray[np.float64] = 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return nits


def _nits_of_hlg(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo hybrid log-gamma, and show it as a screen of 1,000 nits does."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luma = np.maximum(scene @ _LUMA_2020, 0.0)[:, np.newaxis]
    nits: NDArray[np.float64] = _PEAK_NITS * luma**0.2 * scene
    return nits


def _compressed(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave light below the knee as it is, and bring the peak down to white, without a bend."""
    peak = _PEAK_NITS / _WHITE_NITS
    share = np.maximum(light - _KNEE, 0.0) / (peak - _KNEE)
    slope = (peak - _KNEE) / (1 - _KNEE)
    return np.minimum(light, _KNEE) + (1 - _KNEE) * share * slope / (1 + share * (slope - 1))
