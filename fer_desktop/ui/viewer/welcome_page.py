"""What the application does, what it does not do, and what the law asks: first page and dialog."""

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.ui.dialogs.asking_dialog import fitting_size

_PANEL_WIDTH_PX: Final = 700
_DIALOG_SIZE: Final = QSize(700, 480)


class WelcomeText(QScrollArea):
    """The text, which scrolls where there is less room than it needs."""

    def __init__(self, model_sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = QWidget(self)
        column = QVBoxLayout(self._texts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for heading, text in self._paragraphs(model_sentence):
            label = QLabel(f"<b>{heading}</b> {text}", self._texts)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            column.addWidget(label)
        column.addStretch(1)
        self.setWidget(self._texts)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        for layer in (self._texts, self.viewport()):
            layer.setAutoFillBackground(False)  # the colour behind it shows

    def height_for(self, width: int) -> int:
        """Return the height that shows the whole text in a width."""
        # Room enough beside the scroll bar, too: once there, it would make itself needed.
        return self._texts.heightForWidth(width - self.verticalScrollBar().sizeHint().width())

    def _paragraphs(self, model_sentence: str) -> list[tuple[str, str]]:
        return [
            (
                self.tr("What it does."),
                self.tr(
                    "It finds faces in a camera picture, a video or an image and estimates "
                    "which expression each face shows: happy, sad, surprise and so on."
                ),
            ),
            (
                self.tr("What it does not do."),
                self.tr(
                    "It reads expressions, not feelings. People smile without being happy and are "
                    "sad without showing it. Nothing here says what somebody feels, thinks or "
                    "intends."
                ),
            ),
            (
                self.tr("How accurate it is."),
                (model_sentence + " " if model_sentence else "")
                + self.tr(
                    "Light, head position, age, skin tone and glasses change the result. Where "
                    "the model is not confident, it says “unsure”."
                ),
            ),
            (
                self.tr("Your data stay here."),
                self.tr(
                    "Pictures and sound never leave this computer, results only if you send them "
                    "to other programs. Sessions are files in your own folder; delete them under "
                    "Session, Past sessions."
                ),
            ),
            (
                self.tr("Consent and law."),
                self.tr(
                    "Ask everyone who is in the picture for consent. Using such a system to infer "
                    "emotions of workers or of pupils and students is unlawful in the European "
                    "Union (Regulation (EU) 2024/1689, Article 5(1)(f)), except for medical or "
                    "safety reasons."
                ),
            ),
        ]


class WelcomePage(QWidget):
    """Shown at the first start until it is agreed to.

    Signals:
        accepted: the user has read it and agrees.
    """

    accepted = Signal()

    def __init__(self, model_sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = WelcomeText(model_sentence, self)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        title = QLabel(self.tr("Welcome to FER Desktop"), self)
        title.setProperty("role", "title")
        title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.checkbox = QCheckBox(
            self.tr("I have read this and will ask people before analysing their faces."), self
        )
        self.button = QPushButton(self.tr("Start"), self)
        self.button.setProperty("role", "primary")
        self.button.setEnabled(False)
        self.button.setToolTip(self.tr("Start (tick the box first)"))
        self.checkbox.toggled.connect(self.button.setEnabled)
        self.button.clicked.connect(self.accepted)
        bottom = QHBoxLayout()
        bottom.addWidget(self.checkbox, 1)
        bottom.addWidget(self.button)
        self._panel = panel = QFrame(self)
        panel.setProperty("role", "panel")
        panel.setMaximumWidth(_PANEL_WIDTH_PX)
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(28, 20, 28, 18)
        inside.setSpacing(12)
        inside.addWidget(title)
        inside.addWidget(self._text)
        inside.addLayout(bottom)
        outer = QGridLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.addWidget(panel, 1, 1)
        for side in (0, 2):
            outer.setRowStretch(side, 1)
            outer.setColumnStretch(side, 1)
        outer.setRowStretch(1, 100)
        outer.setColumnStretch(1, 100)
        self.setFocusProxy(self.checkbox)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the panel be as high as its text; where there is less room, only the text scrolls."""
        super().resizeEvent(event)
        width = min(self.width() - 24, _PANEL_WIDTH_PX) - 58
        around = self._panel.sizeHint().height() - self._text.sizeHint().height()
        self._panel.setMaximumHeight(around + self._text.height_for(width))


class WelcomeDialog(QDialog):
    """The same text, to be read again at any time."""

    def __init__(self, model_sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What this application does"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(WelcomeText(model_sentence, self), 1)
        layout.addWidget(buttons)
        self.resize(fitting_size(self, _DIALOG_SIZE))

    @classmethod
    def ask(cls, parent: QWidget, model_sentence: str) -> None:
        """Show it until it is closed."""
        cls(model_sentence, parent).exec()
