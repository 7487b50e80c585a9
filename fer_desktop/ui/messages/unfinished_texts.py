"""What is said of files that are not finished: before the window closes, and at the next start."""

from collections.abc import Sequence
from typing import Final

from fer_desktop.ui.look.wording import name_text, translate
from fer_desktop.ui.runtime.unfinished import Making
from trainer.contract.text import counted

_MOST_NAMED: Final = 3


def waiting_text(making: Sequence[Making]) -> str:
    """Return what is still being made, and that the window waits for it."""
    text = translate("Unfinished", "FER Desktop closes by itself once this is finished: {names}.")
    return text.format(names=_names(making))


def loss_text(making: Sequence[Making]) -> str:
    """Return what becomes of it if the window closes at once."""
    if all(one.kind == "video" for one in making):
        return translate(
            "Unfinished", "If you close it now, the video may lack its last second and its sound."
        )
    return translate(
        "Unfinished", "If you close it now, it will not be there, and the next start reminds you."
    )


def left_text(left: Sequence[Making]) -> tuple[str, str]:
    """Return what was not finished before the application ended, and what can be done."""
    text = translate("Unfinished", "Not finished when FER Desktop closed: {names}.")
    kinds = {one.kind for one in left}
    if kinds == {"video"}:
        hint = translate("Unfinished", "The video may lack its last second and its sound.")
    elif kinds <= {"import", "model"}:
        hint = translate("Unfinished", "Import it again.")
    elif kinds <= {"pictures", "snapshot"}:
        hint = translate("Unfinished", "Make it again.")
    else:
        hint = translate("Unfinished", "Export it again.")
    return text.format(names=_names(left)), hint


def _names(making: Sequence[Making]) -> str:
    names = [_name(one) for one in making]
    if len(names) > _MOST_NAMED:
        return translate("Unfinished", "{names} and {more}").format(
            names=", ".join(names[: _MOST_NAMED - 1]),
            more=counted(len(names) - _MOST_NAMED + 1, "more file", "more files"),
        )
    return ", ".join(names)


def _name(making: Making) -> str:
    name = name_text(making.name)
    if making.kind == "snapshot":
        return translate("Unfinished", "a snapshot")
    if making.kind == "model":
        return translate("Unfinished", "the model {name}").format(name=name)
    if making.kind == "pictures":
        return translate("Unfinished", "pictures in {name}").format(name=name)
    return name
