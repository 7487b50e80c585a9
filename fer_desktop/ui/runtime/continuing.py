"""What is needed to go on with an interrupted analysis, or why that is not possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.errors import FerError, ModelError, SettingsError, SourceError
from fer_desktop.pipeline.former_part import FormerPart
from fer_desktop.recording.session_pictures import find_pictures
from fer_desktop.recording.session_resuming import (
    other_settings,
    read_interrupted,
    recorded_analyses,
)
from fer_desktop.settings import Settings
from fer_desktop.ui.look.wording import translate
from fer_desktop.vision.analyzer import is_other_model
from trainer.contract.preset import Preset


@dataclass(frozen=True, slots=True, eq=False)
class Continuation:
    """An analysis that goes on.

    Attributes:
        session_file: where it is recorded.
        file: what is analysed, where it is now.
        selection: which of its frames.
        former: what was recorded already.
    """

    session_file: Path
    file: Path
    selection: FrameSelection
    former: FormerPart


@dataclass(frozen=True, slots=True)
class InUse:
    """With what files would be analysed now.

    Attributes:
        preset: the model in use.
        engine: what runs it.
        settings: the user's choices.
    """

    preset: Preset | None
    engine: str
    settings: Settings


def continuation(session_file: Path, now: InUse, folders: Sequence[Path] = ()) -> Continuation:
    """Return what is needed to go on; runs on any thread.

    Args:
        session_file: the session.
        now: with what it would go on; the numbers must not change in the middle of a session.
        folders: where the analysed file is looked for.

    Raises:
        FerError: why it cannot go on, and what to do.
    """
    found = read_interrupted(session_file)
    pictures = find_pictures(found.summary, folders)
    name = found.summary.info.source.name
    if pictures.file is None:
        text = (
            translate("Continuing", "{name} has changed since it was analysed.")
            if pictures.problem == "changed"
            else translate("Continuing", "{name} was not found.")
        )
        raise SourceError(
            text.format(name=name),
            hint=translate("Continuing", "Put the file back in its place to continue."),
        )
    model = found.model
    if now.preset is None or is_other_model(now.preset, model.preset):
        raise ModelError(
            translate(
                "Continuing", "{name} was read by the model {model}, which is not in use."
            ).format(name=name, model=model.preset.name),
            hint=translate("Continuing", "Choose that model, or analyse the file again."),
        )
    if model.engine and now.engine != model.engine:
        raise ModelError(
            translate(
                "Continuing", "{name} was read on the engine {engine}, which is not in use."
            ).format(name=name, engine=model.engine),
            hint=translate("Continuing", "Choose it in the settings, or analyse the file again."),
        )
    if others := other_settings(found, now.settings):
        raise SettingsError(
            translate("Continuing", "{name} was analysed with other settings: {names}.").format(
                name=name, names=", ".join(other.replace("_", " ") for other in others)
            ),
            hint=translate("Continuing", "Set them as before, or analyse the file again."),
        )
    former = FormerPart(partial(recorded_analyses, session_file), found.edge_us, found.baselines)
    return Continuation(session_file, pictures.file, found.selection, former)


def continuation_or_none(
    session_file: Path, now: InUse, folders: Sequence[Path] = ()
) -> Continuation | None:
    """Return what is needed to go on; None where the file has to be analysed from its beginning."""
    try:
        return continuation(session_file, now, folders)
    except FerError:
        return None
