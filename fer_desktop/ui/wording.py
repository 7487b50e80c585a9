"""How numbers and labels read in the window, the same everywhere."""

from PySide6.QtCore import QCoreApplication

from fer_desktop.domain.emotion import FaceAnalysis

_SECOND_US = 1_000_000


def translate(text: str) -> str:
    """Return a text in the user's language, for code outside widgets."""
    return QCoreApplication.translate("Wording", text)


def label_text(label: str) -> str:
    """Return a model's label for reading; translators may list the labels they know."""
    return QCoreApplication.translate("Labels", label)


def confidence_text(probability: float) -> str:
    """Return a probability as whole percent."""
    return f"{round(probability * 100)} %"


def face_text(face_id: int) -> str:
    """Return the name of a face."""
    return translate("Face {id}").format(id=face_id)


def expression_text(face: FaceAnalysis) -> str:
    """Return what stands beside a face: label and confidence, or the two likeliest if unsure."""
    if face.smoothed is None:
        return ""
    if face.is_unsure:
        (first, _), (second, _) = face.smoothed.ranked()[:2]
        return translate("unsure: {first} / {second}").format(
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
