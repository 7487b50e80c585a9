"""What this application is, and what its model is."""

from html import escape
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from fer_desktop import __version__
from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.look.wording import label_text, name_text
from trainer.contract.preset import CARD_FILE, Preset
from trainer.contract.text import one_line

_SIZE: Final = QSize(560, 340)
_ICON_PX: Final = 64


class TextDialog(QDialog):
    """A text that scrolls where it is long, beside the application's sign."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        sign = QLabel(self)
        sign.setPixmap(icon("fer_desktop").pixmap(_ICON_PX, _ICON_PX))
        self.text = QTextBrowser(self)
        self.text.setOpenExternalLinks(True)
        self.text.setHtml(text)
        self.text.setAccessibleName(title)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.viewport().setAutoFillBackground(False)  # the dialog's own colour shows
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout()
        column.addWidget(sign)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(column)
        row.addWidget(self.text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(12)
        layout.addLayout(row, 1)
        layout.addWidget(buttons)
        self.resize(_SIZE)


class AboutDialog:
    """Version, licence and what others made."""

    @classmethod
    def ask(cls, parent: QWidget) -> None:
        """Show it until it is closed."""
        title = QCoreApplication.translate("About", "About FER Desktop")
        TextDialog(title, about_text(), parent).exec()


class ModelDialog:
    """What a model reads, how well, and on whose terms."""

    @classmethod
    def ask(cls, parent: QWidget, preset: Preset, folder: Path, runs_on: str) -> None:
        """Show it until it is closed."""
        title = QCoreApplication.translate("Model", "About this model")
        TextDialog(title, model_text(preset, folder, runs_on), parent).exec()


def about_text() -> str:
    """Return what the application is, as rich text."""
    translate = QCoreApplication.translate
    return "<br><br>".join(
        (
            f"<b>FER Desktop {__version__}</b>",
            translate(
                "About", "Recognises facial expressions in real time, entirely on this computer."
            ),
            translate("About", "MIT licence, © the FER Desktop authors."),
            translate(
                "About",
                "Built with Qt and PySide6 (LGPL), MediaPipe, LiteRT, Keras, TensorFlow, PyAV, "
                "OpenCV and pyqtgraph. The networks that find faces and their meshes are "
                "MediaPipe's (Apache-2.0); the demo clip is rendered from a public-domain portrait "
                "by NASA.",
            ),
        )
    )


def model_text(preset: Preset, folder: Path, runs_on: str) -> str:
    """Return what is known of a model, as rich text."""
    translate = QCoreApplication.translate
    facts = read_model_facts(folder)
    labels = ", ".join(label_text(label) for label in preset.labels)
    # What a model says of itself is a stranger's word: no markup in it has an effect.
    lines = [f"<b>{escape(name_text(preset.name))}</b>", escape(one_line(preset.description))]
    lines.append(escape(translate("Model", "Expressions: {labels}.").format(labels=labels)))
    if facts is not None:
        lines.append(escape(facts.sentence()))
    else:
        lines.append(translate("Model", "This model came without accuracy figures."))
    if preset.training_data:
        lines.append(
            translate("Model", "Trained on: {data}. Licence: {licence}.").format(
                data=escape(one_line(preset.training_data)),
                licence=escape(one_line(preset.licence)) or "?",
            )
        )
    lines.append(translate("Model", "Runs with: {runs_on}.").format(runs_on=escape(runs_on)))
    if (folder / CARD_FILE).is_file():
        card = (folder / CARD_FILE).as_uri()
        words = translate("Model", "Model card")
        lines.append(f'<a href="{escape(card)}">{words}</a>')
    return "<br><br>".join(line for line in lines if line)
