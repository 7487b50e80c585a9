"""The status line: how the source runs, how late the picture is, and on what it is computed."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from fer_desktop.pipeline.meters import MeterReading
from fer_desktop.ui.look.wording import clock_text
from fer_desktop.ui.widgets.elided_label import ElidedLabel

# Where there is little room these are cut, to so many signs at least; the window is never widened
# for them.
_LONG: Final = {"sending": 20, "listening": 14, "device": 16, "calibration": 12, "queue": 12}
_LEAST_TRAINING_PX: Final = 120  # the last one gives way where there is little room


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What the line shows; empty texts are left out.

    Attributes:
        state: what is happening.
        sending: what is sent to other programs, and where.
        listening: whose commands and marks are heard.
        size: of the picture.
        reading: the meters of a live source; None hides them.
        analysis: how far a file is analysed.
        queue: how far other files are.
        delay_ms: age of a picture when it was painted; None hides it.
        device: what the model runs on.
        elapsed_s: how long the source has run; None hides it.
        calibration: which faces are calibrated.
        training: how a training in the background goes.
    """

    state: str
    size: str = ""
    reading: MeterReading | None = None
    delay_ms: float | None = None
    device: str = ""
    elapsed_s: float | None = None
    calibration: str = ""
    training: str = ""
    analysis: str = ""
    queue: str = ""
    sending: str = ""
    listening: str = ""


class StatusLine(QWidget):
    """A row of short texts, parted by lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 2)
        layout.setSpacing(8)
        self._labels: dict[str, QLabel] = {}
        self._meanings: dict[str, str] = {}
        self._separators: dict[str, QFrame] = {}
        for name, meaning in {
            "state": self.tr("State"),
            "sending": self.tr("The numbers, never the picture, go to other programs (Settings)"),
            "listening": self.tr(
                "Other programs or windows can set marks or give commands (Settings)"
            ),
            "size": self.tr("Picture size in pixels"),
            "rates": self.tr("Frames per second delivered and analysed, and frames dropped"),
            "analysis": self.tr("Every frame of the file is analysed, whatever is shown"),
            "queue": self.tr("Files that are analysed one after the other (Ctrl+Shift+O)"),
            "delay": self.tr("Latency: the age of the picture when it is shown"),
            "device": self.tr("Device that the model runs on"),
            "elapsed": self.tr("Running time of the source, excluding pauses"),
            "calibration": self.tr(
                "Faces whose scores are corrected for their own neutral expression"
            ),
            "training": self.tr("Training in progress (Ctrl+T shows it)"),
        }.items():
            if name != "state":
                line = QFrame(self)
                line.setFrameShape(QFrame.Shape.VLine)
                line.setProperty("role", "line")
                layout.addWidget(line)
                self._separators[name] = line
            label = ElidedLabel(_LONG[name], self) if name in _LONG else QLabel(self)
            label.setToolTip(meaning)
            self._meanings[name] = meaning
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
            layout.addWidget(label)
            self._labels[name] = label
        self._labels["training"].setMinimumWidth(_LEAST_TRAINING_PX)
        layout.addStretch(1)
        self.show_facts(StatusFacts(""))

    def show_facts(self, facts: StatusFacts) -> None:
        """Show the present state."""
        self._set("state", facts.state)
        self._set("sending", facts.sending)
        self._set("listening", facts.listening)
        self._set("size", facts.size)
        self._set("rates", self._rates(facts))
        self._set("analysis", facts.analysis)
        self._set("queue", facts.queue)
        delay = facts.delay_ms
        self._set(
            "delay", self.tr("delay {ms} ms").format(ms=round(delay)) if delay is not None else ""
        )
        self._set("device", facts.device)
        self._set("elapsed", clock_text(facts.elapsed_s) if facts.elapsed_s is not None else "")
        self._set("calibration", facts.calibration)
        self._set("training", facts.training)

    def text(self) -> str:
        """Return the whole line as one text."""
        return " | ".join(label.text() for label in self._labels.values() if label.text())

    def _rates(self, facts: StatusFacts) -> str:
        if facts.reading is None:
            return ""
        text = self.tr("camera {source} fps, analysed {analysed} fps, dropped {dropped}")
        return text.format(
            source=f"{facts.reading.source_fps:.1f}",
            analysed=f"{facts.reading.analysed_fps:.1f}",
            dropped=facts.reading.dropped,
        )

    def _set(self, name: str, text: str) -> None:
        label = self._labels[name]
        if text != label.text():
            label.setText(text)
            label.setAccessibleName(f"{self._meanings[name]}: {text}")
            if name in _LONG:  # all of it, as it may be cut
                label.setToolTip(f"{self._meanings[name]}:\n{text}")
        label.setVisible(bool(text))
        if name in self._separators:
            self._separators[name].setVisible(bool(text))
