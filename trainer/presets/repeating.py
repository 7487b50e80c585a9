"""Commands that repeat what was done, as a person can paste them where it was done.

Paths below the present folder are named from there, others below the home folder with ``~``,
models that the application shows by their names. Only what lies elsewhere is named in full.
"""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from trainer.config import DataSource
from trainer.presets.model_names import model_folders, model_places
from trainer.runs.run_folder import Kind, Run, command_words

_HOME = "~/"


def typed(path: Path, kind: Kind = "data") -> str:
    """Return how a person would name a path on the command line."""
    whole = Path(os.path.abspath(path))
    if kind == "model" and (name := _name_of(whole)):
        return name
    for base, sign in ((Path.cwd(), ""), (Path.home(), _HOME)):
        if whole.is_relative_to(base):
            return f"{sign}{whole.relative_to(base).as_posix()}"
    return whole.as_posix()


def repeat_command(run: Run) -> str:
    """Return the command that trains a run's network once more, in a folder of its own."""

    def naming(path: Path, kind: Kind) -> str:
        return f"{typed(path)}-again" if kind == "run" else typed(path, kind)

    return pasted(command_words(run.config, run.labels, naming))


def source_words(source: DataSource) -> list[str]:
    """Return the options that read a dataset as it was read."""
    words = ["--data", typed(source.path)]
    if source.votes is not None:
        words += ["--votes", typed(source.votes), "--vote-use", source.vote_use]
    for flag, value in (
        ("--subject-pattern", source.subject_pattern),
        ("--map", source.label_map),
        ("--test-fold", source.test_fold),
    ):
        if value:
            words.append(f"{flag}={value}")  # a value may begin with a hyphen
    return words


def pasted(words: Sequence[str]) -> str:
    """Return words as a shell takes them; one that begins in the person's own folder stays so."""
    return " ".join(
        f"{_HOME}{shlex.quote(word.removeprefix(_HOME))}"
        if word.startswith(_HOME)
        else shlex.quote(word)
        for word in words
    )


def _name_of(folder: Path) -> str:
    """Return the name of a model that the application shows, or will: its trainings become that."""
    applications_own = model_places()[-1].parent
    if folder.is_relative_to(applications_own):
        return folder.name
    same = [each for each in model_folders() if each.name == folder.name]
    return folder.name if same and same[0].resolve() == folder.resolve() else ""
