"""What the engine tells its listener, as values; posted from worker threads."""

from dataclasses import dataclass
from enum import Enum, auto

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError
from trainer.contract.preset import Preset


class State(Enum):
    """Where the engine stands with its source."""

    IDLE = auto()
    OPENING = auto()
    RUNNING = auto()
    PAUSED = auto()  # playback only: paused, or at the end of the file
    RECONNECTING = auto()  # live only: the source stopped and is tried again
    STOPPING = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The engine's state, with a line for the status bar where there is something to say."""

    session: int
    state: State
    message: str = ""


@dataclass(frozen=True, slots=True)
class SourceOpened:
    """A source delivers its first frame soon."""

    session: int
    info: SourceInfo


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """The source cannot be opened or went away for good."""

    session: int
    error: FerError


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """A model is being loaded; the one in use goes on."""

    name: str


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    """From the next frame on this model is used."""

    preset: Preset
    device: str


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """A model cannot be used; the one in use goes on."""

    name: str
    error: FerError


@dataclass(frozen=True, slots=True)
class StorageFailed:
    """The session can no longer be written; live analysis goes on."""

    session: int
    error: FerError


EngineEvent = (
    StateChanged
    | SourceOpened
    | SourceFailed
    | ModelLoading
    | ModelLoaded
    | ModelFailed
    | StorageFailed
)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One frame with what was found in it; analysis is None until the detector is ready."""

    session: int
    frame: Frame
    analysis: FrameAnalysis | None
