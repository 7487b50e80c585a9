"""One colour per label, the same on screen and in every export.

The known expressions have the Okabe-Ito colours, which colour-blind people tell apart. Any other
label gets a colour derived from its name alone, so that it is the same in every window, file and
session without anybody keeping a list.
"""

import colorsys
import hashlib
from functools import cache
from typing import Final

from trainer.contract.labels import canonical

_KNOWN: Final[dict[str, str]] = {
    "neutral": "#999999",
    "happy": "#E69F00",
    "surprise": "#56B4E9",
    "sad": "#0072B2",
    "angry": "#D55E00",
    "fear": "#CC79A7",
    "disgust": "#009E73",
    "contempt": "#8C6D46",
}
_BLACK: Final = "#000000"
_WHITE: Final = "#ffffff"


@cache
def color_for(label: str) -> str:
    """Return the colour of a label, ``#rrggbb``; synonyms such as ``happiness`` share one."""
    name = canonical(label)
    return _KNOWN.get(name) or _derived(name)


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of ``#rrggbb``."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@cache
def text_color_on(color: str) -> str:
    """Return black or white, whichever reads better on this colour."""
    luminance = _luminance(color)
    # WCAG contrast: equal against black and white at a luminance of about .18.
    return _BLACK if (luminance + 0.05) ** 2 > 0.05 * 1.05 else _WHITE


def _derived(name: str) -> str:
    digest = hashlib.blake2b(name.encode(), digest_size=4).digest()
    hue = int.from_bytes(digest[:2], "big") / 0x10000
    # Lightness varies too: it is what people see who do not see the hue.
    lightness = 0.35 + 0.35 * int.from_bytes(digest[2:], "big") / 0x10000
    channels = colorsys.hls_to_rgb(hue, lightness, 0.55)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in channels)


def _luminance(color: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in rgb(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
