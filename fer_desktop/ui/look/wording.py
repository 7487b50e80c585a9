"""How numbers and labels read in the window, the same everywhere."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.measure_facts import channel_name, facts_of_key
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.domain.people import is_unnamed
from fer_desktop.settings import RecordingKind
from trainer.contract.text import one_line

# Under this name translators' tools find the texts.
translate = QCoreApplication.translate

_LONGEST_LABEL: Final = 24
_LONGEST_NAME: Final = 60
_LONGEST_MESSAGE: Final = 1_000
_BREAK: Final = "\u200b"  # a line may end here

_SECOND_US: Final = 1_000_000

# Labels come from models; these are known, so that translators find them.
KNOWN_LABELS: Final = (
    QT_TRANSLATE_NOOP("Labels", "angry"),
    QT_TRANSLATE_NOOP("Labels", "anger"),
    QT_TRANSLATE_NOOP("Labels", "contempt"),
    QT_TRANSLATE_NOOP("Labels", "disgust"),
    QT_TRANSLATE_NOOP("Labels", "fear"),
    QT_TRANSLATE_NOOP("Labels", "happy"),
    QT_TRANSLATE_NOOP("Labels", "happiness"),
    QT_TRANSLATE_NOOP("Labels", "neutral"),
    QT_TRANSLATE_NOOP("Labels", "sad"),
    QT_TRANSLATE_NOOP("Labels", "sadness"),
    QT_TRANSLATE_NOOP("Labels", "surprise"),
)


# Measures that say yes or no.
_FLAGS: Final = frozenset({"looks_at_camera"})

# Products' own names are not translated.
_ENGINES: Final = {"litert": "LiteRT", "litert-int8": "LiteRT int8", "keras": "Keras"}


def label_text(label: str) -> str:
    """Return a model's label for reading: as long as a label should be, on one line."""
    return one_line(translate("Labels", label), _LONGEST_LABEL)


def name_text(name: str) -> str:
    """Return the name of a model, a camera or a file for reading: on one line, and not too long."""
    return one_line(name, _LONGEST_NAME)


def action_text(text: str) -> str:
    """Return a name as the text of a menu's entry or a check box, where & marks a key."""
    return text.replace("&", "&&")


def message_text(text: str) -> str:
    """Return a text for a message: on one line that can be broken where ``breakable`` says."""
    parts = text[:_LONGEST_MESSAGE].split(_BREAK)
    return _BREAK.join(one_line(part, _LONGEST_MESSAGE) for part in parts)


def breakable(path: Path) -> str:
    """Return a path for reading that can be broken into lines behind each folder's name."""
    return str(path).replace("/", f"/{_BREAK}").replace("\\", f"\\{_BREAK}")


def measure_text(key: str) -> str:
    """Return the name of a measure for reading."""
    return name_text(translate("Measures", facts_of_key(key).name))


def channel_text(spec: MeasureSpec, channel: str) -> str:
    """Return the name of a channel for reading."""
    return name_text(translate("Measures", channel_name(spec, channel)))


def measured_text(spec: MeasureSpec, number: float, *, digits: int = 0) -> str:
    """Return a measured number with its unit.

    Args:
        spec: the measure.
        number: of one of its channels.
        digits: how many there are at most; else as many decimals as hold still while it changes.
    """
    if spec.key in _FLAGS:
        return translate("Measures", "yes") if number >= 0.5 else translate("Measures", "no")
    text = f"{number:.1f}" if abs(number) >= 1 else f"{number:.2f}"
    if digits:
        text = f"{number:.{digits}g}"
    text = text.replace("-", "\N{MINUS SIGN}")
    if spec.unit == "deg":
        return f"{text}°"
    return f"{text} {spec.unit.replace('_', ' ')}".rstrip()


def engine_text(engine: str) -> str:
    """Return the name of an engine for reading."""
    return _ENGINES.get(engine) or name_text(engine)


def runs_on_text(engine: str, device: str) -> str:
    """Return what a model runs on, such as "LiteRT on CPU"; empty before there is one."""
    if not engine:
        return ""
    text = translate("Model", "{engine} on {device}")
    return text.format(engine=engine_text(engine), device=device)


def confidence_text(probability: float) -> str:
    """Return a probability as whole percent."""
    return f"{round(probability * 100)} %"


def accuracy_text(accuracy: float, interval: tuple[float, float] | None) -> str:
    """Return a share in percent, with the interval in which it lies where that is known."""
    text = f"{100 * accuracy:.1f} %"
    if interval is None:
        return text
    low, high = (f"{100 * bound:.1f}" for bound in interval)
    return translate("Wording", "{accuracy} ({low} to {high})").format(
        accuracy=text, low=low, high=high
    )


def duration_text(seconds: float) -> str:
    """Return an estimated time in round figures."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return translate("Wording", "less than a minute")
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return translate("Wording", "{minutes} min").format(minutes=minutes)
    return translate("Wording", "{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def face_text(face_id: int) -> str:
    """Return the name of a face track."""
    return called_text(str(face_id))


def called_text(label: str) -> str:
    """Return what a person is called for reading: "P01", or "Face 2b" without a name."""
    if is_unnamed(label):
        return translate("Wording", "Face {id}").format(id=label)
    return name_text(label)


def expression_text(face: FaceAnalysis) -> str:
    """Return what stands beside a face: label and confidence, or the two likeliest if unsure."""
    if face.smoothed is None:
        return ""
    if face.is_unsure:
        (first, _), (second, _) = face.smoothed.ranked()[:2]
        return translate("Wording", "unsure: {first} / {second}").format(
            first=label_text(first), second=label_text(second)
        )
    return f"{label_text(face.smoothed.emotion)}  {confidence_text(face.smoothed.confidence)}"


def time_text(timestamp_us: int, *, tenths: bool = False) -> str:
    """Return a time as m:ss or h:mm:ss, with tenths of a second where asked."""
    tenth = timestamp_us // (_SECOND_US // 10)
    seconds, tenth = divmod(max(0, tenth), 10)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{text}.{tenth}" if tenths else text


def clock_text(seconds: float) -> str:
    """Return an elapsed time as hh:mm:ss."""
    minutes, second = divmod(int(max(0.0, seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}"


def recording_text(kind: RecordingKind, sound: str = "") -> str:
    """Return what a recorded video shows, as a few words.

    Args:
        kind: the picture.
        sound: "file" or "microphone"; "opening" before that is heard, "lost" when it is gone.
    """
    if kind == "blurred":
        return translate("Recording", "faces blurred")
    if kind == "clean":
        if sound == "microphone":
            return translate("Recording", "clean, with microphone")
        if sound == "opening":
            return translate("Recording", "waiting for the microphone")
        if sound == "lost":
            return translate("Recording", "clean, microphone lost")
        if sound:
            return translate("Recording", "clean, with sound")
        return translate("Recording", "clean")
    return translate("Recording", "with labels")
