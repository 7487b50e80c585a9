"""What this application is, and what its model is."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from fer_desktop import __version__
from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.look.wording import label_text
from trainer.contract.preset import CARD_FILE, Preset


class AboutDialog:
    """Version, licence and what others made."""

    @classmethod
    def ask(cls, parent: QWidget) -> None:
        """Show it until it is closed."""
        translate = QCoreApplication.translate
        text = "<br><br>".join(
            (
                f"<b>FER Desktop {__version__}</b>",
                translate("About", "Reads facial expressions in real time, on this computer only."),
                translate("About", "MIT licence, © the FER Desktop authors."),
                translate(
                    "About",
                    "Stands on Qt and PySide6 (LGPL), MediaPipe, Keras, TensorFlow, PyAV, OpenCV "
                    "and pyqtgraph. The face detector's networks are MediaPipe's (Apache-2.0); the "
                    "demo clip is rendered from a public-domain portrait by NASA.",
                ),
            )
        )
        box = QMessageBox(parent)
        box.setWindowTitle(translate("About", "About FER Desktop"))
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setText(text)
        box.setIconPixmap(icon("fer_desktop").pixmap(64, 64))
        box.exec()


class ModelDialog:
    """What a model reads, how well, and on whose terms."""

    @classmethod
    def ask(cls, parent: QWidget, preset: Preset, folder: Path, device: str) -> None:
        """Show it until it is closed."""
        box = QMessageBox(parent)
        box.setWindowTitle(QCoreApplication.translate("Model", "About this model"))
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setText(model_text(preset, folder, device))
        box.exec()


def model_text(preset: Preset, folder: Path, device: str) -> str:
    """Return what is known of a model, as rich text."""
    translate = QCoreApplication.translate
    facts = read_model_facts(folder)
    labels = ", ".join(label_text(label) for label in preset.labels)
    lines = [f"<b>{preset.name}</b>", preset.description]
    lines.append(translate("Model", "Expressions: {labels}.").format(labels=labels))
    if facts is not None:
        lines.append(facts.sentence())
    else:
        lines.append(translate("Model", "No figures of its accuracy came with it."))
    if preset.training_data:
        lines.append(
            translate("Model", "Learned from: {data}. Licence: {licence}.").format(
                data=preset.training_data, licence=preset.licence or "?"
            )
        )
    lines.append(translate("Model", "Runs on: {device}.").format(device=device))
    if (folder / CARD_FILE).is_file():
        card = (folder / CARD_FILE).as_uri()
        words = translate("Model", "The model's card")
        lines.append(f'<a href="{card}">{words}</a>')
    return "<br><br>".join(line for line in lines if line)
