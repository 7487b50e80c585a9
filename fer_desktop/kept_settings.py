"""The settings of several windows, kept in one file: what one of them changes, no other undoes."""

from collections.abc import Set
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

from fer_desktop.settings import RECENT_MAX, Settings, load_settings, save_settings

# What belongs to a window and its camera; the window that was there first keeps its own.
_OF_A_WINDOW: Final = frozenset(
    {"source_kind", "source_uri", "source_session", "outputs", "control", "marks_from"}
    | {"window_geometry", "window_state"}
)

_RECENT: Final = frozenset({"recent_files", "recent_urls"})


def for_further_window(settings: Settings) -> Settings:
    """Return the settings of a window beside another one.

    It opens no camera that the other one has, and neither sends nor listens where that one does.
    """
    return replace(
        settings,
        source_kind="",
        source_uri="",
        source_session="",
        outputs=(),
        control="",
        marks_from="",
    )


class KeptSettings:
    """Writes what has changed in this window into the file that all windows share."""

    def __init__(self, path: Path, settings: Settings, *, is_further: bool = False) -> None:
        """Take the file, and the settings that this window began with.

        Args:
            path: the file.
            settings: nothing of them is written until it changes.
            is_further: whether another window was there first; then what belongs to a window alone
                is not kept.
        """
        self._path = path
        self._known = settings
        self._own: Set[str] = _OF_A_WINDOW if is_further else frozenset()

    def save(self, settings: Settings) -> None:
        """Write what has changed since the last time.

        Raises:
            SettingsError: if the file cannot be written.
        """
        known, self._known = self._known, settings
        names = {field.name for field in fields(Settings)} - self._own
        changed = {
            name: getattr(settings, name)
            for name in names
            if getattr(settings, name) != getattr(known, name)
        }
        if not changed:
            return
        latest = self._latest(settings)
        for name in changed.keys() & _RECENT:
            changed[name] = _merged(getattr(known, name), changed[name], getattr(latest, name))
        save_settings(replace(latest, **changed), self._path)

    def _latest(self, settings: Settings) -> Settings:
        found, problem = load_settings(self._path)
        return settings if problem is not None else found


def _merged(
    known: tuple[str, ...], ours: tuple[str, ...], latest: tuple[str, ...]
) -> tuple[str, ...]:
    """Return a list of recent items, the latest first, to which windows have added.

    Args:
        known: what this window began with.
        ours: what has become of it here.
        latest: what has become of it in the file meanwhile.
    """
    old = [item for item in ours if item in known]
    while old and [item for item in known if item in old] != old:  # opened again
        del old[0]
    added = (item for item in ours if item not in old)
    return tuple(dict.fromkeys((*added, *latest)))[:RECENT_MAX]
