"""Why the model says what it says of one face: a map, the scores, and the facial actions."""

from typing import Final

from PySide6.QtCore import QMargins, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.look.wording import called_text, confidence_text, label_text, name_text
from fer_desktop.ui.why.answer import Answer
from fer_desktop.ui.why.bar_list import BarList
from fer_desktop.ui.why.evidence_view import EvidenceView
from fer_desktop.ui.why.texts import (
    action_bars,
    actions_text,
    likeliest_bars,
    meaning_text,
    strength_text,
    warning_text,
)
from fer_desktop.ui.widgets.note import Note

_SIZE: Final = QSize(880, 530)
_SAVED_MARGIN_PX: Final = 14
_SAVED_SCALE: Final = 2  # of what is on screen, so that it can be printed


class WhyDialog(QDialog):
    """Stays beside the window, so that another moment or another face can be asked about.

    Attributes:
        labels: those of the model, the likeliest first.
        view: the face under the map.
        strength: what the strongest part does.
        warning: why the map is worth less than others.
        facial_actions: those of the face.
        note: what goes on, or what went wrong.
        again, copy, save: buttons.

    Signals:
        again_wanted: the face that is selected now is to be explained.
        save_wanted: what is shown is to become a file, a ``QImage``.
    """

    again_wanted = Signal()
    save_wanted = Signal(QImage)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: Answer | None = None
        self.setWindowTitle(self.tr("Why this expression?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.labels = QComboBox(self)
        self.labels.setAccessibleName(self.tr("Expression"))
        self.labels.currentIndexChanged.connect(self._show_label)
        self.about = QLabel(self)
        self.about.setProperty("role", "muted")
        self.view = EvidenceView(self)
        self.strength = QLabel(self)
        self.warning = QLabel(self)
        self.warning.setProperty("role", "error")
        self.scores = BarList(self.tr("The model's scores"), self)
        self.actions_title = QLabel(self)
        self.facial_actions = BarList(self.tr("Facial actions"), self)
        self.note = Note(parent=self)
        self.meaning = Note(meaning_text(), self)
        for label in (self.about, self.strength, self.warning, self.actions_title):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._content = self._lay_out()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.again: QPushButton = buttons.addButton(self.tr("Explain the picture shown now"), role)
        self.copy: QPushButton = buttons.addButton(self.tr("Copy"), role)
        self.save: QPushButton = buttons.addButton(self.tr("Save picture…"), role)
        for button in (self.again, self.copy, self.save):
            button.setAutoDefault(False)
        self.again.clicked.connect(self.again_wanted)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setImage(self.picture()))
        self.save.clicked.connect(lambda: self.save_wanted.emit(self.picture()))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._content, 1)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.resize(fitting_size(self, _SIZE))
        self.say_working()

    def say_working(self) -> None:
        """Say that a face is being looked at; what was shown stays until there is something new."""
        self._set_ready(False)
        self._say(self.tr("Asking the model about parts of the face…"))

    def say_refused(self, error: FerError) -> None:
        """Say why a face cannot be explained."""
        self._set_ready(self._answer is not None)
        self.note.say_error(error)
        self.note.show()

    def show_answer(self, answer: Answer) -> None:
        """Show what was found of a face."""
        self._answer = answer
        explanation = answer.explanation
        self.about.setText(
            self.tr("{face}, read by {model}").format(
                face=called_text(answer.face.sign), model=name_text(explanation.preset.name)
            )
        )
        self.view.show_explanation(answer.frame, explanation)
        self.scores.show_bars(likeliest_bars(answer))
        self.labels.blockSignals(True)
        self.labels.clear()
        for label, probability in explanation.scores.ranked():
            self.labels.addItem(f"{label_text(label)}  {confidence_text(probability)}", label)
        self.labels.blockSignals(False)
        self._show_label()
        warning = warning_text(answer)
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))
        self._say("")
        self._set_ready(True)

    def picture(self) -> QImage:
        """Return what is shown of the face, to be taken home."""
        margin = _SAVED_MARGIN_PX
        size = self._content.size().grownBy(QMargins(margin, margin, margin, margin))
        image = QImage(size * _SAVED_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(_SAVED_SCALE)
        image.fill(self.palette().color(QPalette.ColorRole.Window))
        painter = QPainter(image)
        self._content.render(
            painter, QPoint(margin, margin), renderFlags=QWidget.RenderFlag.DrawChildren
        )
        painter.end()
        return image

    def _lay_out(self) -> QWidget:
        content = QWidget(self)
        form = QFormLayout()
        form.addRow(self.tr("What speaks for:"), self.labels)
        left = QVBoxLayout()
        left.addWidget(self.view)
        left.addWidget(self.strength)
        left.addWidget(self.warning)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addLayout(form)
        right.addWidget(self.about)
        right.addWidget(self.scores)
        right.addSpacing(8)
        right.addWidget(self.actions_title)
        right.addWidget(self.facial_actions)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(18)
        columns.addLayout(left, 1)
        columns.addLayout(right)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(columns, 1)
        layout.addWidget(self.meaning)
        return content

    def _say(self, text: str) -> None:
        self.note.say(text)
        self.note.setVisible(bool(text))

    def _set_ready(self, is_ready: bool) -> None:
        for widget in (self.labels, self.copy, self.save):
            widget.setEnabled(is_ready)

    def _show_label(self) -> None:
        label = self.labels.currentData()
        if self._answer is None or label is None:
            return
        self.view.show_label(label)
        self.strength.setText(strength_text(self._answer, label))
        self.view.setAccessibleDescription(self.strength.text())
        self.actions_title.setText(actions_text(self._answer, label))
        self.facial_actions.show_bars(action_bars(self._answer, label))
