"""What is said of measures: their names for reading, what they tell, from where, and how well.

What another package says of a measure stands in its ``MeasureSpec``; this is what is said of our
own, by their keys, so that a session that was recorded long ago is explained, too. Figures are
those of ``packaging/check_measures.py``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fer_desktop.domain.facial_actions import ACTIONS, LIPS, MOUTH, UPPER
from fer_desktop.domain.measures import MeasureFacts, MeasureSpec

_NETWORK: Final = "mesh of Google's face landmarker (MediaPipe, Apache-2.0)"
_SHAPES: Final = "blendshapes of Google's face landmarker (MediaPipe, Apache-2.0)"
_NOT_MEASURED: Final = "not measured"

_ACTIONS_DEFINITION: Final = (
    "as correspondences to FACS: how far a drawn face's movement of the same kind goes, 0 to 1,"
    " and not a FACS intensity A to E"
)


def _actions(names: Iterable[str], where: str, accuracy: str) -> MeasureFacts:
    chosen = {name: ACTIONS[name] for name in names}
    listed = ", ".join(f"{name} {action}" for name, action in chosen.items())
    return MeasureFacts(
        f"Actions of {where}",
        f"Facial actions of {where}, {_ACTIONS_DEFINITION}: {listed}",
        _SHAPES,
        accuracy,
        {
            name: (f"{name} {action}", f"{name}, {action}, as a correspondence to FACS")
            for name, action in chosen.items()
        },
    )


_OURS: Final[Mapping[str, MeasureFacts]] = {
    "head_roll": MeasureFacts(
        "Head tilt",
        "Tilt of the line between the eyes, clockwise in the picture",
        "eyes found by the face detector; costs nothing",
        _NOT_MEASURED,
    ),
    "valence": MeasureFacts(
        "Valence",
        "Probability of happy minus that of the strongest unpleasant expression, derived from the"
        " model's probabilities of this very frame",
        "FaceReader's definition (Noldus, FaceReader methodology note); costs nothing",
        "sign right for 97 % of 257 happy and 94 % of 595 unpleasant posed faces",
    ),
    "valence_corrected": MeasureFacts(
        "Valence, calibrated",
        "Valence from the probabilities corrected for the face's own neutral expression; empty"
        " where the face was not calibrated",
        "as valence",
        _NOT_MEASURED,
    ),
    "head_pose": MeasureFacts(
        "Head",
        "How the head is turned against the line to the camera: yaw to the person's left, pitch"
        " up, roll clockwise in the picture",
        f"{_NETWORK}, by weighted orthogonal Procrustes (Umeyama 1991)",
        "median error 0.1° for pictures turned by known angles, 3.7° for faces turned in space"
        " (39 people and a portrait)",
        {
            "yaw": ("Head yaw", "turned to the person's left"),
            "pitch": ("Head pitch", "raised"),
            "roll": ("Head roll", "tilted clockwise in the picture"),
        },
    ),
    "distance": MeasureFacts(
        "Distance",
        "Distance from the camera in widths of the face, for a camera that sees 60° across",
        _NETWORK,
        _NOT_MEASURED,
    ),
    "eyes_open": MeasureFacts(
        "Eyes open",
        "Height between the lids by the width of the eye, 0 closed, 1 as a usual open eye; blinks"
        " are found in it",
        f"{_NETWORK}, by the eye aspect ratio (Soukupová and Čech 2016)",
        "10 of 11 blinks in six films, no false one; limits chosen on them",
        {
            "right": ("Right eye open", "the person's right eye"),
            "left": ("Left eye open", "the person's left eye"),
        },
    ),
    "gaze": MeasureFacts(
        "Gaze",
        "Where the eyes look in the head, to the person's left and up, and the angle between the"
        " gaze, head and eyes together, and the line to the camera",
        f"{_NETWORK}, from where the irises stand between the corners of the eyes",
        "median 3.5° off for 108 faces that look into the camera",
        {
            "yaw": ("Gaze yaw", "eyes turned in the head to the person's left"),
            "pitch": ("Gaze pitch", "eyes turned up in the head"),
            "off_camera": ("Gaze off camera", "angle between gaze and the line to the camera"),
        },
    ),
    "looks_at_camera": MeasureFacts(
        "Looks at camera",
        "1 while the gaze is at most 12° off the camera, else 0",
        _NETWORK,
        "108 of 108 neutral faces that look into the camera are found to",
    ),
    "mouth_open": MeasureFacts(
        "Mouth open",
        "Height of the opening between the lips by the width of the mouth; talking is found in it",
        _NETWORK,
        "talking found in 90 % of the frames in which one person talks, and in 0.1 % of those in"
        " which nobody does; limits chosen on them",
    ),
    "actions_upper": _actions(
        UPPER,
        "brows and eyes",
        "of 35 to 39 people, raised when they pose: AU1 and AU2 surprise 92 %, AU4 angry 97 %, AU1"
        " sad only 22 %; the others are not measured",
    ),
    "actions_mouth": _actions(
        MOUTH,
        "the mouth",
        "of 35 to 39 people, raised when they pose: AU12 happy 100 %, AU26 surprise 100 %, AU15"
        " sad 97 %, AU10 disgust 80 %; the others are not measured",
    ),
    "actions_lips": _actions(LIPS, "lips and chin", _NOT_MEASURED),
    "actions_sides": MeasureFacts(
        "Actions of each side",
        "Those facial actions that have two sides, on the person's right and left side",
        _SHAPES,
        _NOT_MEASURED,
        {
            f"{name}_{side}": (
                f"{name} {side}",
                f"{name}, {ACTIONS[name]}, on the person's {side} side",
            )
            for name in ACTIONS
            for side in ("right", "left")
        },
    ),
    "actions_asymmetry": MeasureFacts(
        "Asymmetry of actions",
        "The left side's strength of each facial action that has two sides, minus the right one's",
        _SHAPES,
        _NOT_MEASURED,
        {
            name: (f"{name} left − right", f"{name}, {ACTIONS[name]}, left minus right")  # noqa: RUF001
            for name in ACTIONS
        },
    ),
    "arousal": MeasureFacts(
        "Arousal",
        "Mean of the five strongest facial actions without AU43, derived",
        "after FaceReader's description (Noldus, FaceReader methodology note), without its minute"
        " of history",
        _NOT_MEASURED,
    ),
    "arousal_corrected": MeasureFacts(
        "Arousal, calibrated",
        "Arousal minus that of the same face at rest, derived; empty where the face was not"
        " calibrated, or its arousal not measured meanwhile",
        "as arousal",
        _NOT_MEASURED,
    ),
    "quality": MeasureFacts(
        "Picture quality",
        "What the picture of the face is worth, and whether its expression can be trusted; faces"
        " that cannot are drawn pale",
        "the picture, and how far the mesh is turned",
        "limits chosen on films and on a portrait made darker and blurred step by step",
        {
            "face_px": ("Face width", "width of the face's box in pixels"),
            "sharpness": ("Sharpness", "how much of the contrast lies in fine detail"),
            "light": ("Light", "how bright the brightest parts of the face are, 0 to 255"),
            "problem": (
                "Problem",
                "0 none, 1 too small (under 24 pixels), 2 cut off by the picture's edge, 3 too"
                " dark, 4 too bright, 5 blurred, 6 turned away (over 40°), 7 covered, or no mesh"
                " found for another reason",
            ),
            "usable": ("Usable", "1 where there is no problem, else 0"),
        },
    ),
    "blendshapes": MeasureFacts(
        "Blendshapes",
        "How far the face makes a movement, by ARKit's names of blendshapes; nine of the 52 never"
        " respond and are left out",
        _SHAPES,
        _NOT_MEASURED,
    ),
    "mesh": MeasureFacts(
        "Mesh",
        "478 points in pixels of the picture, drawn over the face and kept in the session, about"
        " 10 MB per face and minute, and exported as an NPZ file beside the table",
        _NETWORK,
        _NOT_MEASURED,
    ),
}


def facts_of(spec: MeasureSpec) -> MeasureFacts:
    """Return what is said of a measure; of one that nobody explains, its names."""
    found = spec.facts or _OURS.get(spec.key)
    return found or MeasureFacts(_words(spec.key), "")


def facts_of_key(key: str) -> MeasureFacts:
    """Return what is said of a measure of which only the key is known."""
    return _OURS.get(key) or MeasureFacts(_words(key), "")


def channel_name(spec: MeasureSpec, channel: str) -> str:
    """Return the name of one of a measure's numbers, for reading."""
    facts = facts_of(spec)
    if channel in facts.channels:
        return facts.channels[channel][0]
    if channel == spec.key:
        return facts.name
    return _words(f"{facts.name} {channel}")


def channel_meaning(spec: MeasureSpec, channel: str) -> str:
    """Return what one of a measure's numbers is, for a data dictionary."""
    facts = facts_of(spec)
    what = facts.channels.get(channel, ("", ""))[1]
    if not what:
        what = facts.definition or f"measure {spec.key}"
        what += "" if channel == spec.key else f", channel {channel}"
    bounds = f", usually {spec.range[0]:g} to {spec.range[1]:g}" if spec.range else ""
    return f"{what}{bounds}; empty where it cannot be measured"


def described_measure(spec: MeasureSpec) -> dict[str, Any]:
    """Return a measure as descriptions in JSON have it."""
    facts = facts_of(spec)
    said = {"definition": facts.definition, "source": facts.source, "accuracy": facts.accuracy}
    found: dict[str, Any] = {
        "key": spec.key,
        "channels": spec.channels,
        "unit": spec.unit,
        "range": spec.range,
    }
    return found | {name: text for name, text in said.items() if text}


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
