"""Make the pictures in assets/screenshots anew: the real window, its real model, a real training.

    python packaging/make_screenshots.py [--pictures DIR] [--minutes N] [--theme light|dark] [OUT]

Without ``--pictures``, a folder with a folder for each expression, the training is left out.
Nothing of the user's settings, sessions and models is used or changed.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
OUT: Final = ROOT / "assets" / "screenshots"
SIZE: Final = (1280, 760)
MOST_BYTES: Final = 200_000  # more is too much for a README
EXACT_COLORS: Final = 90
LABELS: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
MOMENT_S: Final = 13.0  # of the demo clip: the expression has changed, and changed back
LIMIT_S: Final = 3600.0


class Screenshots:
    """Takes pictures of an application that somebody seems to use."""

    def __init__(self, application: Any, out: Path) -> None:
        self.window = application.window
        self.controller = application.controller
        self._out = out

    def wait(self, is_time: Callable[[], object], limit_s: float = LIMIT_S) -> None:
        """Let the application work until something has come about.

        Raises:
            TimeoutError: if it does not.
        """
        from PySide6.QtTest import QTest

        deadline = time.monotonic() + limit_s
        while not is_time():
            if time.monotonic() > deadline:
                raise TimeoutError("what was waited for does not come")
            QTest.qWait(50)

    def take(self, widget: Any, name: str) -> None:
        """Write a picture of a part of the window."""
        self.wait(lambda: True)
        path = self._out / f"{name}.png"
        widget.grab().save(str(path))
        if path.stat().st_size > MOST_BYTES:
            make_small(path)
        print(path)

    def playing(self) -> None:
        """Take the window in the middle of the demo clip, and the timeline alone.

        The face has a name, and somebody has marked and corrected a bit.
        """
        window, controller = self.window, self.controller
        self.wait(lambda: controller.analysis is not None and controller.analysis.is_over)
        self.annotate()
        moment_us = round(MOMENT_S * 1e6)
        if controller.playback.is_playing:
            controller.toggle()
        self.wait(lambda: not controller.playback.is_playing)
        controller.playback.seek(moment_us)
        chart = window.player.chart
        self.wait(
            lambda: (
                abs(window.player.view.frame.timestamp_us - moment_us) < 100_000
                and not chart.is_repaint_due
                and chart.title == "P01"
            )
        )
        self.take(window, "window")
        chart.whole_button.click()
        self.wait(lambda: not chart.is_repaint_due)
        self.take(window.docks[1], "timeline")
        self.summary()
        self.why()

    def why(self) -> None:
        """Take what in a face of the clip speaks for its expression."""
        from fer_desktop.ui.why.why_desk import WhyDesk

        window, playback = self.window, self.controller.playback
        view = window.player.view
        playback.seek(0)
        self.wait(lambda: view.frame.index == 0 and view.analysis is not None)
        window.acts.why.trigger()
        dialog = window.findChild(WhyDesk).dialog
        self.wait(dialog.save.isEnabled)
        self.take(dialog, "why")
        dialog.close()

    def annotate(self) -> None:
        """Name the face, and mark and correct some moments."""
        from fer_desktop.domain.corrections import Correction
        from fer_desktop.recording.session_format import Mark

        people, corrections = self.controller.people, self.controller.corrections
        people.change(people.present.named(1, "P01"))
        self.controller.marks.replace(
            [
                Mark(500_000, "calm", 3_600_000, "#0072b2"),
                Mark(5_000_000, "joke told"),
                Mark(9_500_000, "question", 14_000_000, "#d55e00"),
            ]
        )
        corrections.replace(
            [
                Correction("Ann", 1, "happy", 1_000_000, 6_500_000),
                Correction("Ann", 1, "neutral", 7_300_000, 9_400_000),
                Correction("Ann", 1, "happy", 10_000_000, 13_500_000),
            ]
        )

    def summary(self) -> None:
        """Take the summary of the whole clip, with mean probabilities, and put it away again."""
        window, controller = self.window, self.controller
        self.wait(lambda: controller.analysis is not None and controller.analysis.is_over)
        window.acts.summary.trigger()
        view = window.summary.view
        view.quantity.setCurrentIndex(1)
        self.wait(lambda: view.table.rowCount() and view.facts.text().startswith("0:16"))
        self.take(view, "summary")
        window.acts.reset_layout.trigger()

    def training(self, pictures: Path, minutes: int) -> None:
        """Train a model as the wizard does, and take its last two pages."""
        self.window.acts.train_model.trigger()
        wizard = self.window.training.wizard
        wizard.pictures_page.use(pictures)
        self.wait(wizard.pictures_page.isComplete)
        wizard.next()
        self.wait(wizard.start_page.isComplete)
        wizard.next()
        settings = wizard.settings_page
        self.wait(lambda: settings.advanced.editors)
        settings.minutes.setValue(minutes)
        settings.name.setText("my-model")
        self.wait(settings.isComplete)
        wizard.next()
        job = self.window.training.job
        self.wait(lambda: job.share_done > 0.75)
        self.take(wizard, "training")
        self.wait(wizard.result_page.tabs.isVisible)
        self.take(wizard, "result")
        wizard.close_unasked()


def make_small(path: Path) -> None:
    """Leave a picture 256 colours: those of the window as they are, and others for the film."""
    from PIL import Image, ImageColor

    from fer_desktop.domain.palette import color_for

    with Image.open(path) as file:
        picture = file.convert("RGB")
    counts = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    labels = [ImageColor.getrgb(color_for(label)) for label in LABELS]
    exact = [*labels, *(color for _, color in counts[:EXACT_COLORS])]
    others = picture.quantize(256 - len(exact)).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(value for color in exact for value in color), *others])
    picture.quantize(palette=palette).save(path, optimize=True)


def run(arguments: argparse.Namespace) -> None:
    """Open the window and take its pictures."""
    from fer_desktop import paths
    from fer_desktop.app import make_source
    from fer_desktop.settings import Settings
    from fer_desktop.ui.assembly import Ports, assemble
    from fer_desktop.ui.look.language import english_application
    from fer_desktop.ui.look.theme import ThemeManager
    from fer_desktop.ui.runtime.source_request import SourceRequest
    from fer_desktop.vision.classifier import ModelClassifier
    from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

    app = english_application(sys.argv[:1])
    app.setApplicationName(paths.APP_NAME)
    theme = ThemeManager(app, arguments.theme)
    ports = Ports(
        make_source,
        lambda score: MediaPipeFaceDetector(min_score=score),
        lambda folder, engine: ModelClassifier.load(folder, engine=engine),
        list,
    )
    settings = Settings(welcome_accepted=True, theme=arguments.theme, rater="Ann")
    application = assemble(ports, theme, settings, SourceRequest("demo"))
    try:
        application.window.resize(*SIZE)
        application.window.show()
        screenshots = Screenshots(application, arguments.out)
        screenshots.playing()
        if arguments.pictures is not None:
            screenshots.training(arguments.pictures, arguments.minutes)
    finally:
        application.window.close_unasked()
        application.shut_down()


def main() -> int:
    """Obey the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", nargs="?", type=Path, default=OUT)
    parser.add_argument("--pictures", type=Path, metavar="DIR")
    parser.add_argument("--minutes", type=int, default=10, metavar="N")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT))
    from fer_desktop.paths import PROFILE_VARIABLE

    with tempfile.TemporaryDirectory(prefix="fer-desktop-", ignore_cleanup_errors=True) as profile:
        os.environ[PROFILE_VARIABLE] = profile
        arguments.out.mkdir(parents=True, exist_ok=True)
        run(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
