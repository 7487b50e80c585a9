"""How well each expression is found."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from fer_desktop.training.results import ModelFigures
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.wording import confidence_text, label_text


class LabelTable(QTableWidget):
    """One row for each expression."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        titles = {
            self.tr("Expression"): "",
            self.tr("Recall"): self.tr("Share of its pictures that were recognised"),
            self.tr("Precision"): self.tr("Share of its predictions that were correct"),
            self.tr("F1"): self.tr("Harmonic mean of recall and precision"),
            self.tr("Pictures"): self.tr("Number of its pictures"),
        }
        self.setColumnCount(len(titles))
        for column, (title, tip) in enumerate(titles.items()):
            item = QTableWidgetItem(title)
            item.setToolTip(tip)
            self.setHorizontalHeaderItem(column, item)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setAccessibleName(self.tr("Metrics per expression"))

    def show_figures(self, figures: ModelFigures) -> None:
        """Show the figures of a model."""
        self.setRowCount(len(figures.labels))
        for row, label in enumerate(figures.labels):
            found = figures.per_label[label]
            texts = (
                label_text(label),
                confidence_text(found["recall"]) if found["support"] else "",
                confidence_text(found["precision"]),
                f"{found['f1']:.2f}",
                f"{found['support']:,}",
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                else:
                    item.setIcon(_swatch(label))
                self.setItem(row, column, item)


def _swatch(label: str) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(label_color(label)))
    return QIcon(pixmap)
