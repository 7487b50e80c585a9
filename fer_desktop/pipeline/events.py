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
    RECONNECTING = auto()  # live only: it cannot be opened, or has stopped, and is tried again
    STOPPING = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The engine's state, with a line for the user where there is something to say.

    RECONNECTING says why and when the next attempt comes; PAUSED says so if a file is damaged from
    here on; FAILED repeats what ``SourceFailed`` says.
    """

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
    """A file cannot be opened, or the analysis failed; live sources are tried again instead."""

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
    engine: str
    device: str


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """A model, or the "face detector", cannot be used; the one in use goes on."""

    name: str
    error: FerError


@dataclass(frozen=True, slots=True)
class OutputFailed:
    """An output takes nothing more of a session; the analysis and the other outputs go on.

    Attributes:
        session: number of the session.
        output: what messages call the output.
        error: why.
    """

    session: int
    output: str
    error: FerError


@dataclass(frozen=True, slots=True)
class ExtensionLeftOut:
    """An extension from another package cannot be used; everything goes on without it."""

    problem: str


EngineEvent = (
    StateChanged
    | SourceOpened
    | SourceFailed
    | ModelLoading
    | ModelLoaded
    | ModelFailed
    | OutputFailed
    | ExtensionLeftOut
)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One frame with what was found in it; analysis is None until the detector is ready."""

    session: int
    frame: Frame
    analysis: FrameAnalysis | None
