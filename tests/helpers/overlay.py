"""Text whose size is known beforehand, whatever fonts there are."""


class FixedMeasure:
    """Letters of one width."""

    def __init__(self, size_px: float) -> None:
        self._size_px = size_px

    def line_height(self, share: float = 1.0) -> float:
        return 1.25 * self._size_px * share

    def width(self, text: str, share: float = 1.0) -> float:
        return 0.6 * self._size_px * share * len(text)
