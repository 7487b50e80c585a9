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
    WAITING = auto()  # playback only: the next frame is due and not analysed yet
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


@dataclass(frozen=True, slots=True)
class AnalysisProgress:
    """How far the analysis of a file has come.

    Attributes:
        file: number of the file's session.
        frames: how many were analysed; 0 again when it begins anew with other networks.
        total: about how many are wanted; None where that is not known.
        edge_us: time of the latest one; -1 before any.
        faces: different ones so far.
        is_paused: whether the user lets it rest.
        is_over: whether nothing more comes.
    """

    file: int
    frames: int
    total: int | None
    edge_us: int
    faces: int
    is_paused: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class AnalysisEnded:
    """The analysis of a file is over: whole, or cut short by an error or the user.

    Attributes:
        file: number of the file's session.
        is_whole: whether every wanted frame was analysed.
        frames, faces: frames that were analysed, and different faces in them.
        error: why it ended early; None where the user wanted it, or it did not.
    """

    file: int
    is_whole: bool
    frames: int
    faces: int
    error: FerError | None = None


ModelEvent = ModelLoading | ModelLoaded | ModelFailed
EngineEvent = (
    StateChanged
    | SourceOpened
    | SourceFailed
    | ModelEvent
    | OutputFailed
    | ExtensionLeftOut
    | AnalysisProgress
    | AnalysisEnded
)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One frame with what was found in it.

    Attributes:
        session: whose frame it is.
        frame: the picture.
        analysis: what was found; None until networks are ready, or the analysis of a file has come
            so far.
        is_new: whether the numbers are told with it; those of files come apart, as they are ready.
    """

    session: int
    frame: Frame
    analysis: FrameAnalysis | None
    is_new: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class FileAnalysis:
    """Numbers of a file that is shown, in the order of its frames, whatever picture is on."""

    session: int
    analysis: FrameAnalysis
