"""Where boxes, labels and bars stand over a picture: the same on screen, in snapshots and videos.

Whoever paints says how large its text is, and paints what it is told where it is told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Protocol

from fer_desktop.domain.emotion import FaceAnalysis
from trainer.contract.text import one_line

_MARGIN: Final = 0.3  # around a label's text, in lines
_MARK: Final = 1.1  # width of the sign of a calibrated face and the gap behind it, in lines
_BAR_SIZES: Final = (1.0, 0.8, 0.65)  # of the labels' text
_LONGEST_NAME: Final = 16  # letters of a face's name, so that it covers no other face
_BAR_LINES: Final = 5  # length of a whole bar, in lines
# In lines of the labels' text.
_UNIT: Final = 1 / 16
_STROKE_UNITS: Final = 2.2
_SELECTED_STROKE_UNITS: Final = 3.6


@dataclass(frozen=True, slots=True)
class OverlayParts:
    """Which parts are drawn; guides show what was measured besides the expression."""

    boxes: bool = True
    labels: bool = True
    bars: bool = False
    guides: bool = True


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle, in whatever unit the painter counts in; y grows downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def hits(self, others: Iterable["Area"]) -> bool:
        """Tell whether it covers a part of any of the others."""
        return any(
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
            for other in others
        )

    def moved_into(self, bounds: "Area") -> "Area":
        """Return it inside other bounds, or as near as its size allows."""
        left = max(bounds.left, min(self.left, bounds.right - self.width))
        top = max(bounds.top, min(self.top, bounds.bottom - self.height))
        return Area(left, top, self.width, self.height)

    def fits_into(self, bounds: "Area") -> bool:
        """Tell whether all of it lies inside other bounds."""
        return (
            bounds.left <= self.left
            and bounds.top <= self.top
            and self.right <= bounds.right
            and self.bottom <= bounds.bottom
        )


class TextMeasure(Protocol):
    """The size of text in a painter's font; ``share`` is of the labels' size."""

    def line_height(self, share: float = 1.0) -> float:
        """Return the height of a line."""
        ...

    def width(self, text: str, share: float = 1.0) -> float:
        """Return how wide a text is."""
        ...


@dataclass(frozen=True, slots=True)
class Wording:
    """What is written.

    Attributes:
        expression: what a face shows, beside its number; may be empty.
        label: a label's name.
    """

    expression: Callable[[FaceAnalysis], str]
    label: Callable[[str], str]


@dataclass(frozen=True, slots=True, eq=False)
class FaceBox:
    """A box around a face, and how wide its line is."""

    face: FaceAnalysis
    area: Area
    stroke: float


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """A face's label: its number, or its name, on a chip of its colour, and what it shows.

    Attributes:
        face: whose it is.
        area: all of it.
        chip: where the number stands, in the middle.
        number: the number.
        mark: where the sign of a calibrated face stands, if it is one.
        words_left: where the words begin, in the middle of the height.
        words: what it shows; empty where there is room for the number alone.
    """

    face: FaceAnalysis
    area: Area
    chip: Area
    number: str
    mark: Area | None
    words_left: float
    words: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """One label of a panel: its name stands left in ``line``, its probability is ``bar``."""

    label: str
    name: str
    line: Area
    bar: Area


@dataclass(frozen=True, slots=True, eq=False)
class BarPanel:
    """A face's probabilities, written in ``share`` of the labels' size."""

    face: FaceAnalysis
    area: Area
    share: float
    rows: tuple[BarRow, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OverlayLayout:
    """All that is painted, in the order of painting.

    Attributes:
        unit: what lines and corners are measured in.
        boxes, tags, panels: the parts.
    """

    unit: float
    boxes: tuple[FaceBox, ...]
    tags: tuple[Tag, ...]
    panels: tuple[BarPanel, ...]


def lay_out(
    faces: Sequence[tuple[FaceAnalysis, Area]],
    parts: OverlayParts,
    measure: TextMeasure,
    wording: Wording,
    bounds: Area,
    selected: int | None = None,
) -> OverlayLayout:
    """Return where everything stands; no label covers another, and no bars cover a face.

    Args:
        faces: what to draw, and where each face is.
        parts: what to leave out.
        measure: sizes of text.
        wording: what is written.
        bounds: labels and bars are kept inside it.
        selected: id of the face with a stronger box, which is named in full whatever is behind.
    """
    unit = measure.line_height() * _UNIT
    areas = [area for _, area in faces]
    # The selected face's label is placed first: when there is not room for all, it stays.
    ranked = sorted(faces, key=lambda item: (item[0].face_id != selected, item[0].face_id))
    taken: list[Area] = []
    tags: list[Tag] = []
    panels: list[BarPanel] = []
    if parts.labels:
        for face, area in ranked:
            others = [] if face.face_id == selected else [one for one in areas if one is not area]
            tag = _tag(face, area, others, measure, wording, bounds, taken)
            if tag is not None:
                tags.append(tag)
                taken.append(tag.area)
    if parts.bars:
        taken += areas
        for face, area in ranked:
            panel = _panel(face, area, measure, wording, bounds, taken)
            if panel is not None:
                panels.append(panel)
                taken.append(panel.area)
    strokes = (_STROKE_UNITS * unit, _SELECTED_STROKE_UNITS * unit)
    boxes = [FaceBox(face, area, strokes[face.face_id == selected]) for face, area in faces]
    return OverlayLayout(unit, tuple(boxes if parts.boxes else ()), tuple(tags), tuple(panels))


def _tag(
    face: FaceAnalysis,
    box: Area,
    others: Sequence[Area],
    measure: TextMeasure,
    wording: Wording,
    bounds: Area,
    taken: Sequence[Area],
) -> Tag | None:
    """Place a label at a box: the number alone where the words would cover another face.

    Where even that covers one it is the lesser evil; only over other labels nothing is written.
    """
    line = measure.line_height()
    margin = _MARGIN * line
    number = one_line(face.sign, _LONGEST_NAME)
    words = wording.expression(face)
    chip_width = measure.width(number) + 2 * margin
    mark_width = _MARK * line if face.baseline is not None else 0.0
    whole_width = chip_width + measure.width(words) + 2 * margin + mark_width
    wanted = [("", chip_width, (*taken, *others)), ("", chip_width, tuple(taken))]
    if words:
        wanted.insert(0, (words, whole_width, (*taken, *others)))
    for text, width, kept_clear in wanted:
        for place in _label_places(box, width, line + margin, margin / 2):
            area = place.moved_into(bounds)
            if not area.hits(kept_clear):
                chip = Area(area.left, area.top, chip_width, area.height)
                begin = chip.right + margin
                mark = None
                if text and mark_width:
                    mark = Area(begin, area.top, mark_width - margin, area.height)
                    begin += mark_width
                return Tag(face, area, chip, number, mark, begin, text)
    return None


def _label_places(box: Area, width: float, height: float, gap: float) -> Iterator[Area]:
    for top in (box.top - height - gap, box.bottom + gap, box.top + gap):
        for left in (box.left, box.right - width):
            yield Area(left, top, width, height)


def _panel(
    face: FaceAnalysis,
    box: Area,
    measure: TextMeasure,
    wording: Wording,
    bounds: Area,
    taken: Sequence[Area],
) -> BarPanel | None:
    """Place bars near a box, the smaller the less room there is; None if there is none at all."""
    scores = face.smoothed
    if scores is None:
        return None
    names = [wording.label(label) for label in scores.labels]
    for share in _BAR_SIZES:
        line = measure.line_height(share)
        name_width = max(measure.width(name, share) for name in names)
        width, height = name_width + (_BAR_LINES + 1) * line, (len(names) + 0.5) * line
        area = _free_place(box, width, height, 0.4 * line, bounds, taken)
        if area is not None:
            break
    else:
        return None  # the face's card has the same bars
    rows = []
    top = area.top + 0.25 * line
    start = area.left + name_width + 0.6 * line
    for label, name, probability in zip(scores.labels, names, scores.probabilities, strict=True):
        text = Area(area.left + 0.3 * line, top, name_width, line)
        bar = Area(start, top + 0.25 * line, _BAR_LINES * line * probability, 0.5 * line)
        rows.append(BarRow(label, name, text, bar))
        top += line
    return BarPanel(face, area, share, tuple(rows))


def _free_place(
    box: Area, width: float, height: float, gap: float, bounds: Area, taken: Sequence[Area]
) -> Area | None:
    """Return a place beside a box, else below or above it, that hits nothing."""
    beside = (box.right + gap, box.left - width - gap)
    below = (box.bottom + gap, box.top - height - gap)
    corners = [
        *product(beside, (box.top, box.bottom - height)),
        *product((box.left, box.right - width), below),
    ]
    for left, top in corners:
        place = Area(left, top, width, height).moved_into(bounds)
        if place.fits_into(bounds) and not place.hits(taken):
            return place
    return None
