"""One model in full: its figures, its speed here, and its card."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTextBrowser,
    QWidget,
)

from fer_desktop.models.catalogue import ModelEntry
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.look.wording import label_text, name_text
from trainer.contract.preset import CARD_FILE
from trainer.contract.text import one_line

_MOST_CARD_CHARACTERS: Final = 200_000
_FACTS_WIDTH: Final = 360
_CARD_MARGIN: Final = 10


class CardView(QTextBrowser):
    """A model's card: words of whoever made it, so nothing that it names is opened or fetched."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setAccessibleName(self.tr("Model card"))
        self.setPlaceholderText(self.tr("This model has no model card."))

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        """Leave out pictures, which could lie anywhere."""

    def show_card(self, folder: Path) -> None:
        """Show the card of a model folder."""
        try:
            with (folder / CARD_FILE).open(encoding="utf-8", errors="replace") as file:
                text = file.read(_MOST_CARD_CHARACTERS)
        except OSError:
            text = ""
        features = (
            QTextDocument.MarkdownFeature.MarkdownDialectGitHub
            | QTextDocument.MarkdownFeature.MarkdownNoHTML
        )
        self.document().setMarkdown(text, features)
        self.document().setDocumentMargin(_CARD_MARGIN)
        self.verticalScrollBar().setValue(0)


class ModelPanel(QSplitter):
    """Shows one model.

    Signals:
        measure_wanted: its speed is to be measured.
    """

    measure_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.description = self._make_text()
        self.labels = self._make_text()
        self.accuracy = self._make_text()
        self.system = self._make_text()
        self.origin = self._make_text()
        self.speed = self._make_text()
        self.measure_button = QPushButton(self.tr("Measure"), self)
        self.measure_button.setAutoDefault(False)
        self.measure_button.setToolTip(
            self.tr("Measure the time per face on this computer under its present load")
        )
        self.measure_button.clicked.connect(self.measure_wanted)
        facts = QWidget(self)
        grid = QGridLayout(facts)
        grid.addWidget(self.description, 0, 0, 1, 3)
        for row, (title, text) in enumerate(
            (
                (self.tr("Expressions:"), self.labels),
                (self.tr("Accuracy:"), self.accuracy),
                (self.tr("Network:"), self.system),
                (self.tr("Trained on:"), self.origin),
                (self.tr("Speed:"), self.speed),
            ),
            start=1,
        ):
            grid.addWidget(QLabel(title, self), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1, 1, 1 if text is self.speed else 2)
        grid.addWidget(self.measure_button, 5, 2, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(6, 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(facts)
        self.card = CardView(self)
        self.addWidget(scroll)
        self.addWidget(self.card)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(1, 1)
        self.setSizes([_FACTS_WIDTH, _FACTS_WIDTH])

    def show_model(self, entry: ModelEntry) -> None:
        """Show what a model is."""
        preset, facts = entry.preset, read_model_facts(entry.folder)
        self.card.show_card(entry.folder)
        if preset is None:
            self.description.setText(one_line(entry.problem))
            for text in (self.labels, self.accuracy, self.system, self.origin):
                text.setText("–")  # noqa: RUF001
            return
        self.description.setText(one_line(preset.description))
        self.labels.setText(", ".join(label_text(label) for label in preset.labels))
        self.accuracy.setText(
            facts.sentence()
            if facts is not None
            else self.tr("This model came without accuracy figures.")
        )
        self.system.setText(name_text(preset.system) or "?")
        self.origin.setText(
            self.tr("{data}. Licence: {licence}.").format(
                data=one_line(preset.training_data) or "?", licence=one_line(preset.licence) or "?"
            )
        )

    def show_speed(self, milliseconds: float | None, *, is_measuring: bool) -> None:
        """Show how long the model takes for a face; None where that was not measured."""
        if is_measuring:
            self.speed.setText(self.tr("Measuring…"))
        elif milliseconds is None:
            self.speed.setText(self.tr("Not measured yet."))
        else:
            self.speed.setText(self.tr("{ms:.1f} ms per face").format(ms=milliseconds))

    def _make_text(self) -> QLabel:
        text = QLabel(self)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        return text
