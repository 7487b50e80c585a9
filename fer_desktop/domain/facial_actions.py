"""Facial actions by the numbers of the Facial Action Coding System, and what they are called."""

from typing import Final

# P. Ekman, W. V. Friesen and J. C. Hager, Facial Action Coding System, 2002.
ACTIONS: Final = {
    "AU1": "inner brow raiser",
    "AU2": "outer brow raiser",
    "AU4": "brow lowerer",
    "AU5": "upper lid raiser",
    "AU7": "lid tightener",
    "AU10": "upper lip raiser",
    "AU12": "lip corner puller",
    "AU14": "dimpler",
    "AU15": "lip corner depressor",
    "AU16": "lower lip depressor",
    "AU17": "chin raiser",
    "AU18": "lip pucker",
    "AU20": "lip stretcher",
    "AU22": "lip funneler",
    "AU24": "lip presser",
    "AU26": "jaw drop",
    "AU28": "lips suck",
    "AU43": "eyes closed",
}
# Those that are shown together.
UPPER: Final = ("AU1", "AU2", "AU4", "AU5", "AU7", "AU43")
MOUTH: Final = ("AU10", "AU12", "AU14", "AU15", "AU20", "AU26")
LIPS: Final = ("AU16", "AU17", "AU18", "AU22", "AU24", "AU28")
# By which actions each expression is usually told, as far as they are measured: P. Ekman, W. V.
# Friesen and J. C. Hager, Facial Action Coding System: Investigator's Guide, 2002.
TYPICAL: Final = {
    "happy": ("AU12",),
    "sad": ("AU1", "AU4", "AU15"),
    "surprise": ("AU1", "AU2", "AU5", "AU26"),
    "fear": ("AU1", "AU2", "AU4", "AU5", "AU20", "AU26"),
    "angry": ("AU4", "AU5", "AU7", "AU24"),
    "disgust": ("AU10", "AU16", "AU17"),
    "contempt": ("AU14",),
}
