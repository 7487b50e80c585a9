"""Pictures and videos with what was found drawn into them, as the window shows it."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.palette import color_for, rgb, text_color_on
from fer_desktop.files import storage_error, whole_file
from fer_desktop.recording.video_file import VideoFile

Color = tuple[int, int, int]  # BGR
Rect = tuple[int, int, int, int]  # left, top, right, bottom

_BACKING: Final[Color] = (18, 16, 14)  # text reads on it whatever the picture is
_BACKING_OPACITY: Final = 0.8
_TEXT: Final[Color] = (247, 246, 245)
_NO_LABEL: Final = "#d8dce1"
# Of the picture's shorter side: the largest that is not out of proportion to the faces. Few steps,
# so that the size holds still in a video.
_TEXT_SHARES: Final = (1 / 30, 1 / 42, 1 / 60)
_TEXT_PER_FACE: Final = 0.3
_TEXT_MIN_PX: Final = 13
_WEIGHT: Final = 600


def draw_overlay(pixels: NDArray[np.uint8], analysis: FrameAnalysis) -> NDArray[np.uint8]:
    """Return a copy of a BGR picture with boxes and labels on it."""
    import cv2

    picture = np.ascontiguousarray(pixels).copy()
    # OpenCV's own scalable font has accents, other alphabets and CJK, unlike its line fonts; it is
    # made here because it must not be shared between threads.
    painter = _Painter(picture, analysis.faces, cv2.FontFace("sans"))
    for face in analysis.faces:
        painter.box(face)
    for face in analysis.faces:
        painter.label(face)
    return picture


def face_text(face: FaceAnalysis) -> str:
    """Return what stands beside a face: label and confidence, or the two likeliest if unsure."""
    if face.smoothed is None:
        return ""
    if face.is_unsure:
        (first, _), (second, _) = face.smoothed.ranked()[:2]
        text = f"unsure: {first} / {second}"
    else:
        text = f"{face.smoothed.emotion}  {round(face.smoothed.confidence * 100)} %"
    return text if face.baseline is None else f"{text}, calibrated"


class _Painter:
    """Draws faces into one picture, and keeps labels apart and off other faces."""

    def __init__(
        self, picture: NDArray[np.uint8], faces: Sequence[FaceAnalysis], font: Any
    ) -> None:
        self._picture = picture
        self._font = font
        self._faces = faces
        self._size_px = _text_size(min(picture.shape[:2]), faces)
        self._line_px = max(1, round(self._size_px / 7))
        self._taken: list[Rect] = []

    def box(self, face: FaceAnalysis) -> None:
        import cv2

        left, top, right, bottom = _rect(face)
        start, end = (left, top), (right, bottom)
        halo = self._line_px + 2 * max(1, self._line_px // 3)
        if not face.is_unsure:
            cv2.rectangle(self._picture, start, end, _BACKING, halo)
            cv2.rectangle(self._picture, start, end, _face_color(face), self._line_px)
            return
        # Dashes say "unsure" even where the dimmed colour does not.
        corners = [start, (end[0], start[1]), end, (start[0], end[1])]
        for first, second in zip(corners, corners[1:] + corners[:1], strict=True):
            self._dashes(np.array(first), np.array(second), halo, _face_color(face))

    def _dashes(
        self, start: NDArray[np.int_], end: NDArray[np.int_], halo: int, color: Color
    ) -> None:
        import cv2

        count = max(1, int(np.abs(end - start).sum() // (self._line_px * 8)))
        edges = np.linspace(start, end, 2 * count + 1).round().astype(int)
        for thickness, paint in ((halo, _BACKING), (self._line_px, color)):
            for first, second in zip(edges[:-1:2], edges[1::2], strict=True):
                cv2.line(self._picture, first.tolist(), second.tolist(), paint, thickness)

    def label(self, face: FaceAnalysis) -> None:
        """Write beside a box where there is room: all of it, or the face's number alone."""
        height, width, _ = self._picture.shape
        box = face.detection.box
        number = str(face.face_id)
        margin = round(self._size_px * 0.4)
        tall = round(self._size_px * 1.5)
        chip = self._width(number) + 2 * margin
        gap = self._line_px
        others = [_rect(other) for other in self._faces if other is not face]
        for words, kept_clear in (
            (face_text(face), self._taken + others),
            ("", self._taken + others),
            ("", self._taken),
        ):
            wide = chip + (self._width(words) + 2 * margin if words else 0)
            for top in (box.y1 - gap - tall, box.y2 + gap, box.y1 + gap):
                left = max(0, min(round(box.x1), width - wide))
                place = max(0, min(round(top), height - tall))
                tag = (left, place, left + wide, place + tall)
                if not any(_overlap(tag, area) for area in kept_clear):
                    self._taken.append(tag)
                    self._tag(tag, chip, number, words, face)
                    return

    def _tag(self, tag: Rect, chip: int, number: str, words: str, face: FaceAnalysis) -> None:
        left, top, right, bottom = tag
        backing = self._picture[top:bottom, left:right]
        backing[:] = (
            backing * (1 - _BACKING_OPACITY) + np.array(_BACKING) * _BACKING_OPACITY
        ).astype(np.uint8)
        color = _face_color(face)
        self._picture[top:bottom, left : left + chip] = color
        on_chip = _TEXT if face.is_unsure else _bgr(text_color_on(_palette_color(face)))
        margin = round(self._size_px * 0.4)
        baseline = top + round(self._size_px * 1.08)
        self._text(number, left + margin, baseline, on_chip)
        if words:
            self._text(words, left + chip + margin, baseline, _TEXT)

    def _width(self, text: str) -> int:
        import cv2

        _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), self._font, self._size_px, _WEIGHT)
        return int(width)

    def _text(self, text: str, left: int, baseline: int, color: Color) -> None:
        import cv2

        origin = (left, baseline)
        cv2.putText(self._picture, text, origin, color, self._font, self._size_px, _WEIGHT)


def _text_size(side_px: int, faces: Sequence[FaceAnalysis]) -> int:
    sizes = [max(_TEXT_MIN_PX, round(side_px * share)) for share in _TEXT_SHARES]
    if not faces:
        return sizes[0]
    fitting_px = _TEXT_PER_FACE * median(face.detection.box.width for face in faces)
    return next((size for size in sizes if size <= fitting_px), sizes[-1])


def _rect(face: FaceAnalysis) -> Rect:
    box = face.detection.box
    return round(box.x1), round(box.y1), round(box.x2), round(box.y2)


def _overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _palette_color(face: FaceAnalysis) -> str:
    return color_for(face.smoothed.emotion) if face.smoothed is not None else _NO_LABEL


def _face_color(face: FaceAnalysis) -> Color:
    blue, green, red = _bgr(_palette_color(face))
    return (blue * 3 // 5, green * 3 // 5, red * 3 // 5) if face.is_unsure else (blue, green, red)


def _bgr(color: str) -> Color:
    red, green, blue = rgb(color)
    return blue, green, red


class AnnotatedVideoWriter:
    """A video with the overlay drawn in; made, used and closed by one thread."""

    def __init__(self, path: Path, *, final: Path | None = None) -> None:
        """Take where to; what is there is replaced when the first frame comes.

        Args:
            path: the file to write.
            final: what messages call it, where it is moved there afterwards.
        """
        self._path = path
        self._final = final or path
        self._file: VideoFile | None = None

    def write(self, frame: Frame, analysis: FrameAnalysis | None) -> None:
        """Append a frame at its own time.

        Raises:
            StorageError: if it cannot be written.
        """
        picture = frame.pixels if analysis is None else draw_overlay(frame.pixels, analysis)
        try:
            if self._file is None:
                self._file = VideoFile(self._path, frame.size_px)
            self._file.write(picture, frame.timestamp_us)
        except OSError as error:
            raise storage_error(self._final, error) from error

    def close(self) -> None:
        """Finish the file; may be called twice.

        Raises:
            StorageError: if it cannot be written to its end; what plays so far is kept.
        """
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as error:
                raise storage_error(self._final, error) from error


@contextmanager
def annotated_video(path: Path, *, overwrite: bool = False) -> Iterator[AnnotatedVideoWriter]:
    """Give a writer whose video appears whole when the block succeeds, or not at all.

    Raises:
        StorageError: if the file exists and must not be replaced, or cannot be written.
    """
    with (
        whole_file(path, overwrite=overwrite) as part,
        closing(AnnotatedVideoWriter(part, final=path)) as writer,
    ):
        yield writer


def write_annotated_image(
    path: Path, frame: Frame, analysis: FrameAnalysis, *, overwrite: bool = False
) -> None:
    """Write a picture with the overlay drawn in, whole or not at all.

    Raises:
        StorageError: if the file exists and must not be replaced, or cannot be written.
    """
    from PIL import Image

    picture = draw_overlay(frame.pixels, analysis)
    with whole_file(path, overwrite=overwrite) as part:
        # The usual level 6 takes twice as long for a few per cent: seconds in large photographs.
        Image.fromarray(picture[:, :, ::-1]).save(part, compress_level=3)
