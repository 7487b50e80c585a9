"""What may stand in the rows of a session file: SQLite itself keeps any value in any column.

A session may come from anywhere. A text where a number belongs, or a number beyond every bound,
makes it unreadable, and must not reach what sorts, prints or paints it.
"""

from typing import Annotated, Final, Literal, NamedTuple

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from fer_desktop.domain.frame import SourceKind
from fer_desktop.settings import RecordingKind
from trainer.contract.checked_json import Count, Line, Number, PathText, Prose

# A row that is longer was made to fill a memory.
MOST_ROW_BYTES: Final = 16 << 20
TABLES: Final = (
    "session", "models", "frames", "faces", "marks", "calibrations", "measures", "measured",
    "people", "track_parts", "corrections", "recordings",
)  # fmt: skip

_SideOfPicture = Annotated[int, Meta(ge=0, le=1 << 20)]
_Pixels = Annotated[float, Meta(ge=-1e7, le=1e7)]
_Score = Annotated[float, Meta(ge=-0.001, le=1.001)]
_SourceTime = Annotated[int, Meta(ge=-(2**53), le=2**53)]
_WallTime = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Rate = Annotated[float, Meta(ge=0, le=1e6)]
RATER_MAX: Final = 60
LABEL_MAX: Final = 200
RaterName = Annotated[str, Meta(max_length=RATER_MAX)]
COLOR_PATTERN: Final = r"\A(#[0-9a-fA-F]{6})?\Z"
Color = Annotated[str, Meta(pattern=COLOR_PATTERN)]


class SessionRow(NamedTuple):
    """The one row of the table ``session``."""

    state: Literal["recording", "complete"]
    started_ns: _WallTime
    app_version: Line
    libraries: str
    settings: str
    kind: SourceKind
    name: Line
    uri: PathText
    width_px: _SideOfPicture
    height_px: _SideOfPicture
    fps: _Rate | None
    frame_count: Count | None
    duration_us: _SourceTime | None
    is_whole: Literal[0, 1] | None
    missed: Count
    problem: Prose
    clock: Line
    zero_ns: _WallTime | None


class FactsRow(NamedTuple):
    """What else the one row of the table ``session`` holds."""

    title: Line
    participant: Line
    condition: Line
    notes: Prose
    file_length: Count | None
    file_digest: Line


class ModelRow(NamedTuple):
    """A row of the table ``models``."""

    model_id: Count
    preset: str
    from_frame: Count
    engine: Line
    device: Line


class FrameRow(NamedTuple):
    """A row of the table ``frames``."""

    frame_index: Count
    timestamp_us: _SourceTime
    wall_ns: _WallTime | None
    width_px: _SideOfPicture
    height_px: _SideOfPicture
    model_id: Count | None


class FaceRow(NamedTuple):
    """A row of the table ``faces``, less the frame."""

    face_id: Count
    x1: _Pixels
    y1: _Pixels
    x2: _Pixels
    y2: _Pixels
    score: _Score
    probabilities: bytes | None
    smoothed: bytes | None
    is_unsure: Literal[0, 1]
    corrected: bytes | None
    calibration_id: Count | None


class CalibrationRow(NamedTuple):
    """A row of the table ``calibrations``."""

    calibration_id: Count
    face_id: Count
    baseline: str
    from_frame: Count


class MeasureRow(NamedTuple):
    """A row of the table ``measures``."""

    measure_id: Count
    key: Line
    channels: str
    unit: Line
    low: Number | None
    high: Number | None


class MeasuredRow(NamedTuple):
    """A row of the table ``measured``."""

    frame_index: Count
    face_id: Count
    measure_id: Count
    numbers: bytes


class MarkRow(NamedTuple):
    """A row of the table ``marks``, less its number."""

    timestamp_us: _SourceTime
    text: Prose
    end_us: _SourceTime | None
    color: Color


class CorrectionRow(NamedTuple):
    """A row of the table ``corrections``, less its number."""

    rater: RaterName
    face_id: Count
    label: Annotated[str, Meta(min_length=1, max_length=LABEL_MAX)]
    begin_us: _SourceTime
    end_us: _SourceTime | None


class RecordingRow(NamedTuple):
    """A row of the table ``recordings``, less its number."""

    path: PathText
    kind: RecordingKind
    from_us: _SourceTime
    file_length: Count | None
    file_digest: Line


class PersonRow(NamedTuple):
    """A row of the table ``people``."""

    number: Count
    name: Line
    is_hidden: Literal[0, 1]


class TrackPartRow(NamedTuple):
    """A row of the table ``track_parts``."""

    face_id: Count
    from_us: _SourceTime
    person: Count


class TotalsRow(NamedTuple):
    """What the frames of a session come to."""

    frames: Count
    duration_us: Annotated[int, Meta(ge=0, le=2**54)] | None


class SpanRow(NamedTuple):
    """When the frames of a live session were taken."""

    begin_us: _SourceTime | None
    end_us: _SourceTime | None
    wall_zero_ns: int | None


def probabilities(packed: bytes) -> NDArray[np.float32]:
    """Return the probabilities of a face, which are little-endian float32.

    Raises:
        ValueError: if they are none.
    """
    found = np.frombuffer(packed, "<f4")
    if not ((found >= 0) & (found <= 1.001)).all():  # not so for NaN either
        raise ValueError("a probability lies between 0 and 1")
    return found
