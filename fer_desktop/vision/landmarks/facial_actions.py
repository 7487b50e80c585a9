"""How strong facial actions are, from blendshapes.

They are correspondences of names, not FACS coding: a blendshape is how far a drawn face's movement
goes, 0 to 1, and no human coder's intensity A to E. AU6 and AU9 are missing: the blendshapes that
would tell them are dead, and the mesh tells AU9 of posed disgust in three persons of four only.
"""

from typing import Final

from fer_desktop.domain.facial_actions import LIPS, MOUTH, UPPER
from fer_desktop.vision.landmarks.face_mesh import FaceMesh

# Actions with two sides: the blendshape's name without its side.
_PAIRED: Final = {
    "AU2": "browOuterUp",
    "AU4": "browDown",
    "AU5": "eyeWide",
    "AU7": "eyeSquint",
    "AU10": "mouthUpperUp",
    "AU12": "mouthSmile",
    "AU14": "mouthDimple",
    "AU15": "mouthFrown",
    "AU16": "mouthLowerDown",
    "AU20": "mouthStretch",
    "AU24": "mouthPress",
    "AU43": "eyeBlink",
}
_WHOLE: Final = {
    "AU1": ("browInnerUp",),
    "AU17": ("mouthShrugLower",),
    "AU18": ("mouthPucker",),
    "AU22": ("mouthFunnel",),
    "AU26": ("jawOpen",),
    "AU28": ("mouthRollLower", "mouthRollUpper"),
}
PAIRED: Final = tuple(_PAIRED)
# How many of the strongest actions make up arousal, as in FaceReader's description of its own.
_STRONGEST: Final = 5


def action(mesh: FaceMesh, name: str) -> float:
    """Return how strong an action is, 0 to 1: the mean of both sides.

    Args:
        mesh: of the face.
        name: such as "AU12".
    """
    if name in _PAIRED:
        return sum(sides(mesh, name)) / 2
    names = _WHOLE[name]
    return sum(map(mesh.blendshape, names)) / len(names)


def sides(mesh: FaceMesh, name: str) -> tuple[float, float]:
    """Return how strong an action with two sides is on the person's right and left."""
    stem = _PAIRED[name]
    return mesh.blendshape(f"{stem}Right"), mesh.blendshape(f"{stem}Left")


def arousal(mesh: FaceMesh) -> float:
    """Return how much a face moves, 0 to 1: the mean of its five strongest actions.

    After FaceReader's description of its arousal, without what that subtracts of the minute before,
    and without AU43: eyes that close are no excitement.
    """
    strengths = sorted(action(mesh, name) for name in (*UPPER, *MOUTH, *LIPS) if name != "AU43")
    return sum(strengths[-_STRONGEST:]) / _STRONGEST
