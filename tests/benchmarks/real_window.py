"""The real application with its real window, watched from inside."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fer_desktop import paths
from fer_desktop.settings import Settings, save_settings

USUAL_SETTINGS: Final = Settings(welcome_accepted=True)


def run_watched(
    watch: Callable[[Any], object],
    *,
    camera: str | None = None,
    file: Path | None = None,
    engine: str | None = None,
    settings: Settings = USUAL_SETTINGS,
) -> int:
    """Run the application as its entry point does and return its exit status.

    Args:
        watch: called with the ``MainWindow`` as soon as it is made, before it is shown; what it
            returns is kept as long as the window.
        camera: what to open, as on the command line.
        file: what to open, as on the command line.
        engine: what runs the model, as on the command line.
        settings: the user's.
    """
    from fer_desktop.app import run_app
    from fer_desktop.ui.main_window import MainWindow

    save_settings(settings, paths.settings_file())
    make = MainWindow.__init__

    def make_and_watch(window: Any, *args: Any, **kwargs: Any) -> None:
        make(window, *args, **kwargs)
        window.watcher = watch(window)

    MainWindow.__init__ = make_and_watch  # type: ignore[method-assign]
    try:
        return run_app(
            argparse.Namespace(
                camera=camera,
                open=str(file) if file is not None else None,
                model=None,
                engine=engine,
                to=[],
                temp_profile=False,
                smoke_test=False,
                verbose=False,
            )
        )
    finally:
        MainWindow.__init__ = make  # type: ignore[method-assign]


def shows_label(window: Any) -> bool:
    """Tell whether an expression is on screen."""
    analysis = window.player.view.analysis
    return analysis is not None and any(face.smoothed is not None for face in analysis.faces)
