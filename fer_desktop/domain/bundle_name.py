"""What files are called that hold sessions for another computer."""

from pathlib import Path
from typing import Final

BUNDLE_SUFFIX: Final = ".ferbundle"


def is_bundle(path: Path) -> bool:
    """Tell whether a file is named like a bundle of sessions."""
    return path.suffix.lower() == BUNDLE_SUFFIX
