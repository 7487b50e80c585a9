"""The first page: what the application does, what it does not do, and what the law asks."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

_TEXT_WIDTH_PX = 680


class WelcomePage(QWidget):
    """Shown at the first start until it is agreed to, and from the Help menu.

    Signals:
        accepted: the user has read it and agrees.
    """

    accepted = Signal()

    def __init__(self, model_sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        panel = QFrame(self)
        panel.setProperty("role", "panel")
        panel.setMaximumWidth(_TEXT_WIDTH_PX)
        panel.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(28, 22, 28, 22)
        layout.setSpacing(10)
        title = QLabel(self.tr("Welcome to FER Desktop"), panel)
        title.setProperty("role", "title")
        layout.addWidget(title)
        for heading, text in self._paragraphs(model_sentence):
            label = QLabel(f"<b>{heading}</b> {text}", panel)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            layout.addWidget(label)
        layout.addSpacing(4)
        self.checkbox = QCheckBox(
            self.tr("I have read this, and I ask people before I analyse their faces."), panel
        )
        self.button = QPushButton(self.tr("Start"), panel)
        self.button.setProperty("role", "primary")
        self.button.setEnabled(False)
        self.button.setToolTip(self.tr("Start (tick the box first)"))
        self.checkbox.toggled.connect(self.button.setEnabled)
        self.button.clicked.connect(self.accepted)
        bottom = QHBoxLayout()
        bottom.addWidget(self.checkbox, 1)
        bottom.addWidget(self.button)
        layout.addLayout(bottom)

        inside = QWidget(self)
        around = QHBoxLayout(inside)
        around.setContentsMargins(16, 16, 16, 16)
        around.addStretch(1)
        around.addWidget(panel, 100, Qt.AlignmentFlag.AlignVCenter)
        around.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.setFocusProxy(self.checkbox)

    def _paragraphs(self, model_sentence: str) -> list[tuple[str, str]]:
        return [
            (
                self.tr("What it does."),
                self.tr(
                    "It finds faces in a camera's picture, a video or an image, and estimates "
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
                    "Pictures and results never leave this computer. Sessions are files in your "
                    "own folder, and you can delete them under Session, Past sessions."
                ),
            ),
            (
                self.tr("People decide."),
                self.tr(
                    "Ask everyone who is in the picture for consent. Using such a system to infer "
                    "emotions of workers or of pupils and students is unlawful in the European "
                    "Union (Regulation (EU) 2024/1689, Article 5(1)(f)), except for medical or "
                    "safety reasons."
                ),
            ),
        ]
