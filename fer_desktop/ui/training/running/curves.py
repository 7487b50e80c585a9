"""Loss and accuracy over the epochs; imported once a training is to be seen."""

from collections.abc import Sequence
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from fer_desktop.training.runs import EpochFigures
from fer_desktop.ui.look.tokens import current_tokens

_LINE_PX: Final = 2
_DOT_PX: Final = 7
_AXIS_WIDTH_PX: Final = 52
_HEADROOM: Final = 0.06


class _WholeNumbers(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis of epochs: there are no halves."""

    def tickValues(
        self, minVal: float, maxVal: float, size: float
    ) -> list[tuple[float, list[float]]]:
        levels = super().tickValues(minVal, maxVal, size)
        return [(step, values) for step, values in levels if step >= 1]


class EpochPlot(pg.PlotWidget):  # type: ignore[misc]
    """One figure over the epochs: of the training pictures dashed, of the validation pictures."""

    def __init__(self, *, is_share: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent, axisItems={"bottom": _WholeNumbers("bottom")}, enableMenu=False)
        self._is_share = is_share
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.getAxis("left").setWidth(_AXIS_WIDTH_PX)
        self.getAxis("left").enableAutoSIPrefix(False)
        self.showGrid(x=False, y=True, alpha=0.2)
        if is_share:
            self.setYRange(0, 100, padding=_HEADROOM)
        self._training = self.plot()
        self._validation = self.plot()
        self._now = pg.ScatterPlotItem(size=_DOT_PX)
        self._best = pg.InfiniteLine()
        self.addItem(self._best, ignoreBounds=True)
        self.addItem(self._now)
        self.apply_look()

    def apply_look(self) -> None:
        """Take the colours of the theme."""
        tokens = current_tokens()
        self.setBackground(tokens.surface)
        dashed = Qt.PenStyle.DashLine
        self._training.setPen(pg.mkPen(tokens.muted, width=_LINE_PX, style=dashed))
        for curve, color in ((self._training, tokens.muted), (self._validation, tokens.accent)):
            curve.setSymbol("o")
            curve.setSymbolSize(_DOT_PX - 2)
            curve.setSymbolPen(None)
            curve.setSymbolBrush(color)
        self._validation.setPen(pg.mkPen(tokens.accent, width=_LINE_PX))
        self._now.setPen(None)
        self._now.setBrush(tokens.muted)
        self._best.setPen(pg.mkPen(tokens.good, width=1, style=Qt.PenStyle.DotLine))
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(tokens.border)
            axis.setTextPen(tokens.muted)
            axis.setStyle(tickFont=self.font())

    def show_figures(
        self,
        training: Sequence[float],
        validation: Sequence[float],
        now: tuple[float, float] | None,
        best_epoch: int,
        epochs: int,
    ) -> None:
        """Show the epochs that are done, and where the present one stands.

        Args:
            training, validation: one value for each epoch.
            now: how far it is in epochs, and the value there.
            best_epoch: is marked; 0 marks none.
            epochs: how many there will be.
        """
        factor = 100.0 if self._is_share else 1.0
        numbers = list(range(1, len(training) + 1))
        self._training.setData(numbers, [factor * value for value in training])
        self._validation.setData(numbers, [factor * value for value in validation])
        self._now.setData(*(([now[0]], [factor * now[1]]) if now is not None else ([], [])))
        self._best.setVisible(best_epoch > 0)
        self._best.setPos(best_epoch)
        self.setXRange(0, max(1, epochs), padding=0.04)
        if not self._is_share:
            seen = [*training, *validation, *([now[1]] if now is not None else [])]
            self.setYRange(0, max(seen, default=1.0), padding=_HEADROOM)


class Curves(QWidget):
    """Both figures, one above the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accuracy = EpochPlot(is_share=True, parent=self)
        self.loss = EpochPlot(is_share=False, parent=self)
        self._legend = QLabel(self)
        self._legend.setToolTip(
            self.tr(
                "The network learns from the training pictures only; the validation pictures "
                "only measure it."
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        plots = QGridLayout()
        plots.setVerticalSpacing(4)
        for row, (title, plot) in enumerate(
            ((self.tr("Accuracy, %"), self.accuracy), (self.tr("Loss"), self.loss))
        ):
            heading = QLabel(title, self)
            heading.setProperty("role", "muted")
            plots.addWidget(heading, 2 * row, 0)
            plots.addWidget(plot, 2 * row + 1, 0)
            plot.setAccessibleName(title)
            plot.setMinimumSize(200, 90)
            plots.setRowStretch(2 * row + 1, 1)
        layout.addLayout(plots, 1)
        layout.addWidget(self._legend)
        self._apply_look()

    def show_epochs(
        self,
        epochs: Sequence[EpochFigures],
        now: tuple[float, float, float] | None,
        best_epoch: int,
        epochs_in_all: int,
    ) -> None:
        """Show how it goes.

        Args:
            epochs: what is done.
            now: how far it is in epochs, with loss and accuracy there.
            best_epoch: is marked; 0 marks none.
            epochs_in_all: how many there will be.
        """
        for plot, name, place in ((self.accuracy, "accuracy", 2), (self.loss, "loss", 1)):
            plot.show_figures(
                [getattr(figures, name) for figures in epochs],
                [getattr(figures, f"val_{name}") for figures in epochs],
                (now[0], now[place]) if now is not None else None,
                best_epoch,
                max(epochs_in_all, len(epochs)),
            )

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._apply_look()

    def _apply_look(self) -> None:
        tokens = current_tokens()
        self._legend.setText(
            self.tr(
                "<span style='color:{accent}'>●──</span> validation &nbsp; "
                "<span style='color:{muted}'>●╌╌</span> training &nbsp; "
                "<span style='color:{good}'>┊</span> best epoch"
            ).format(accent=tokens.accent, muted=tokens.muted, good=tokens.good)
        )
        self.accuracy.apply_look()
        self.loss.apply_look()
