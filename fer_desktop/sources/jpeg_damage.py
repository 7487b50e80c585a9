"""Damage within a JPEG, which shows as stripes of wrong colours or blocks in the wrong place.

Pillow decodes over it and says nothing. FFmpeg's decoder tells about half of it in baseline files,
and nearly all in progressive ones: codes of the former find their step again, and nothing is amiss
but pixels.
"""

from pathlib import Path
from typing import Final

_BEGINNING: Final = b"\xff\xd8\xff"
_MOST_BYTES: Final = 128 << 20  # beyond it, it is not looked for


def is_damaged_jpeg(path: Path) -> bool:
    """Tell whether a file is a JPEG that can only be decoded with mistakes.

    What cannot be told, such as of a format that FFmpeg does not know, counts as whole.
    """
    import av

    try:
        with path.open("rb") as file:
            content = file.read(len(_BEGINNING))
            if content != _BEGINNING:
                return False
            content += file.read(_MOST_BYTES)
    except OSError:
        return False
    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options = {"err_detect": "explode"}
    try:
        decoder.decode(av.Packet(content))
        decoder.decode(None)
    except av.error.InvalidDataError:
        return True
    except av.error.FFmpegError:
        return False
    return False
