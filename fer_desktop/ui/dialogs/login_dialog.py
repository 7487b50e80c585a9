"""The user's name and the password of a network camera."""

from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.addresses import login_of, split_address, with_login
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.runtime.source_request import SourceRequest


class LoginFields(QWidget):
    """A name, a password, and whether it is to be kept."""

    def __init__(self, user: str, may_be_kept: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known_user = user
        self.user = QLineEdit(user, self)
        self.password = QLineEdit(self)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.kept = QCheckBox(self.tr("&Keep the password in this computer's keyring"), self)
        self.kept.setChecked(may_be_kept)
        self.kept.setVisible(may_be_kept)
        hint = QLabel(
            self.tr(
                "The password is not stored, so you will be asked for it after the next "
                "start. Install the Python package keyring to keep it in the system's "
                "keyring."
            ),
            self,
        )
        hint.setWordWrap(True)
        hint.setProperty("role", "muted")
        hint.setVisible(not may_be_kept)
        form = QFormLayout()
        form.addRow(self.tr("&User name:"), self.user)
        form.addRow(self.tr("&Password:"), self.password)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.kept)
        layout.addWidget(hint)

    def has_changes(self) -> bool:
        """Whether something was typed that is not known already."""
        return self.user.text() != self._known_user or bool(self.password.text())

    def set_needed(self, is_needed: bool) -> None:
        """Close the fields where the address says it all already."""
        self.user.setEnabled(is_needed)
        self.password.setEnabled(is_needed)

    def request(self, url: str) -> SourceRequest:
        """Return the request for an address, with what was typed."""
        user, password = self.user.text().strip(), self.password.text()
        if self.user.isEnabled() and (user or password):
            url = with_login(url, user, password)
        return SourceRequest("stream", url, keeps_password=self.kept.isChecked())


class LoginDialog(AskingDialog[SourceRequest]):
    """Asks for what a camera that is known wants to hear."""

    def __init__(
        self, request: SourceRequest, may_be_kept: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._request = request
        self.setWindowTitle(self.tr("Log in to the camera"))
        parts = split_address(request.uri)
        former = login_of(request.private_url)
        place = QLabel(
            self.tr("{host} requires a user name and a password.").format(
                host=parts.netloc.rpartition("@")[2]
            ),
            self,
        )
        place.setWordWrap(True)
        self.fields = LoginFields(former[0] if former else parts.username or "", may_be_kept, self)
        self.fill(place, self.fields, accept=self.tr("Connect"))
        self.setMinimumWidth(440)
        (self.fields.password if self.fields.user.text() else self.fields.user).setFocus()

    def has_changes(self) -> bool:
        """Whether something was typed."""
        return self.fields.has_changes()

    def answer(self) -> SourceRequest:
        """Return the same camera with what was typed."""
        return self.fields.request(self._request.uri)

    @classmethod
    def ask(
        cls, parent: QWidget, request: SourceRequest, may_be_kept: bool
    ) -> SourceRequest | None:
        """Return the request with the login that the person gave."""
        return cls(request, may_be_kept, parent).answered()
