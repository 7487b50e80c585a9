"""An interval of a video in which a face is neutral."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_DEFAULT_S: Final = 3.0


class IntervalPanel(QWidget):
    """Two times, each typed or taken from where the video is.

    Signals:
        wanted: the two times in microseconds, the earlier one first.
    """

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._position_us = 0
        prompt = QLabel(
            self.tr("Choose a few seconds in which the face is neutral."),
            self,
        )
        prompt.setWordWrap(True)
        self.begin, self.begin_here = self._make_time(self.tr("Start of the interval"))
        self.end, self.end_here = self._make_time(self.tr("End of the interval"))
        self.button = QPushButton(self.tr("Calibrate"), self)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_clicked)
        grid = QGridLayout()
        for row, (text, time, here) in enumerate(
            (
                (self.tr("&From:"), self.begin, self.begin_here),
                (self.tr("&To:"), self.end, self.end_here),
            )
        ):
            label = QLabel(text, self)
            label.setBuddy(time)
            grid.addWidget(label, row, 0)
            grid.addWidget(time, row, 1)
            grid.addWidget(here, row, 2)
        grid.addWidget(self.button, 1, 4)
        grid.setColumnStretch(3, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(prompt)
        layout.addLayout(grid)

    def open(self, position_us: int, duration_us: int) -> None:
        """Suggest the seconds before where the video is."""
        for time in (self.begin, self.end):
            time.setMaximum(max(duration_us / 1e6, position_us / 1e6))
        end_s = position_us / 1e6
        self.end.setValue(end_s)
        self.begin.setValue(max(0.0, end_s - _DEFAULT_S))
        self.set_position(position_us)

    def set_position(self, position_us: int) -> None:
        """Note where the video is."""
        self._position_us = position_us

    def _make_time(self, name: str) -> tuple[QDoubleSpinBox, QPushButton]:
        time = QDoubleSpinBox(self)
        time.setDecimals(2)
        time.setSingleStep(0.1)
        time.setSuffix(" s")
        time.setAccessibleName(name)
        here = QPushButton(self.tr("Playhead"), self)
        here.setAutoDefault(False)
        here.setToolTip(self.tr("Use the current position of the video"))
        here.setAccessibleName(self.tr("{name}: use the playhead").format(name=name))
        here.clicked.connect(lambda: time.setValue(self._position_us / 1e6))
        return time, here

    def _on_clicked(self) -> None:
        begin, end = sorted((self.begin.value(), self.end.value()))
        self.wanted.emit(round(1e6 * begin), round(1e6 * end))
