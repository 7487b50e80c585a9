"""The address of a network camera, and how to log in to it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QWidget,
)

from fer_desktop.addresses import has_secret, split_address
from fer_desktop.sources.plugin_sources import source_names
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.dialogs.login_dialog import LoginFields
from fer_desktop.ui.runtime.source_request import SourceRequest

SCHEMES: Final = ("rtsp", "rtsps", "http", "https", "rtmp", "udp", "tcp", "srt", "rtp")


def url_problem(url: str) -> str:
    """Return what is wrong with a stream's URL; empty if nothing is."""
    translate = QCoreApplication.translate
    if not url:
        return translate("NetworkDialog", "Enter the address of the camera.")
    if any(character.isspace() for character in url):
        return translate("NetworkDialog", "An address cannot contain spaces.")
    scheme = url.partition("://")[0].lower()
    if scheme not in SCHEMES and scheme in source_names():
        return ""  # what follows is for a package to read
    try:
        parts = split_address(url)
    except ValueError:
        if "://" in url:
            return translate(
                "NetworkDialog", "This is not a valid address: check the host and the port."
            )
        return translate("NetworkDialog", "An address begins with rtsp:// or http://.")
    if parts.scheme.lower() not in SCHEMES:
        return translate("NetworkDialog", "An address begins with rtsp:// or http://.")
    if not parts.hostname:
        return translate("NetworkDialog", "The address has no host name.")
    return ""


class NetworkDialog(AskingDialog[SourceRequest]):
    """Asks for a URL and checks its form while it is typed."""

    def __init__(
        self, recent: Sequence[str], may_be_kept: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Connect a network camera"))
        self.address = QComboBox(self)
        self.address.setEditable(True)
        self.address.addItems(list(recent))
        self.address.setMinimumWidth(440)
        self.address.setAccessibleName(self.tr("Address"))
        edit = self.address.lineEdit()
        if edit is not None:
            edit.setPlaceholderText("rtsp://192.168.1.20:554/stream1")
            edit.selectAll()
        self.problem = QLabel(self)
        self.problem.setProperty("role", "muted")
        self.problem.setWordWrap(True)
        hint = QLabel(
            self.tr(
                "RTSP, or MJPEG over HTTP. A user name and a password are needed only if the "
                "camera asks for them. They can also be part of the address: "
                "rtsp://name:password@host/path."
            ),
            self,
        )
        hint.setWordWrap(True)
        hint.setProperty("role", "muted")
        form = QFormLayout()
        form.addRow(self.tr("&Address:"), self.address)
        form.addRow("", self.problem)
        self.login = LoginFields("", may_be_kept, self)
        self.fill(form, hint, self.login, accept=self.tr("Connect"))
        self._suggestion = self.url
        self.address.editTextChanged.connect(self._check)
        self._check()

    @property
    def url(self) -> str:
        """What was typed."""
        return self.address.currentText().strip()

    def has_changes(self) -> bool:
        """Whether another address was typed than the latest one, or a login."""
        return self.url != self._suggestion or self.login.has_changes()

    def answer(self) -> SourceRequest:
        """Return what was typed, as a request."""
        return self.login.request(self.url)

    @classmethod
    def ask(cls, parent: QWidget, recent: Sequence[str], may_be_kept: bool) -> SourceRequest | None:
        """Return the camera that the person named.

        Args:
            parent: the window.
            recent: addresses to choose from.
            may_be_kept: whether there may be a keyring for the password.
        """
        return cls(recent, may_be_kept, parent).answered()

    def _check(self) -> None:
        problem = url_problem(self.url)
        self.problem.setText(problem or self.tr("This is a valid address."))
        self.accept_button.setEnabled(not problem)
        self.login.set_needed(not has_secret(self.url))
