"""A moment or a stretch of time, typed or taken from the playhead."""

from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

_LONGEST_S: Final = 1_000_000.0


class SpanRows:
    """Rows of a form.

    Attributes:
        begin, end: times in seconds.
        is_stretch: whether the end counts.
    """

    def __init__(
        self,
        form: QFormLayout,
        parent: QWidget,
        begin_us: int,
        end_us: int | None,
        position_us: int,
    ) -> None:
        """Add the rows.

        Args:
            form: gets them.
            parent: of the controls.
            begin_us, end_us: what is there; the end of a moment is None.
            position_us: of the playhead.
        """
        self._position_us = position_us
        self.begin, begin_row = self._time(parent, begin_us, _tr("From"))
        self.end, end_row = self._time(parent, begin_us if end_us is None else end_us, _tr("To"))
        self.is_stretch = QCheckBox(_tr("&Interval"), parent)
        self.is_stretch.setChecked(end_us is not None)
        form.addRow(_tr("&From:"), begin_row)
        form.addRow(self.is_stretch)
        form.addRow(_tr("T&o:"), end_row)
        self.is_stretch.toggled.connect(end_row.setEnabled)
        end_row.setEnabled(self.is_stretch.isChecked())

    def times_us(self) -> tuple[int, int | None]:
        """Return begin and end, in order; the end of a moment is None."""
        begin_us, end_us = (round(1e6 * time.value()) for time in (self.begin, self.end))
        if not self.is_stretch.isChecked() or begin_us == end_us:
            return begin_us, None
        return min(begin_us, end_us), max(begin_us, end_us)

    def _time(self, parent: QWidget, time_us: int, name: str) -> tuple[QDoubleSpinBox, QWidget]:
        row = QWidget(parent)
        time = QDoubleSpinBox(row)
        time.setDecimals(3)
        time.setRange(0, _LONGEST_S)
        time.setSuffix(" s")
        time.setAccessibleName(name)
        time.setValue(time_us / 1e6)
        here = QPushButton(_tr("Playhead"), row)
        here.setAutoDefault(False)
        here.setAccessibleName(_tr("{name}: take the playhead").format(name=name))
        here.clicked.connect(lambda: time.setValue(self._position_us / 1e6))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(time, 1)
        layout.addWidget(here)
        return time, row


def _tr(text: str) -> str:
    return QCoreApplication.translate("SpanRows", text)
