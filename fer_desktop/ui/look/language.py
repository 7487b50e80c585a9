"""One language at a time: English, as long as the texts are in no other."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QApplication

_ENGLISH: Final = "en_US.UTF-8"
# Where the encoding of characters is looked for: the first that is set counts.
_ENCODING: Final = ("LC_ALL", "LC_CTYPE", "LANG")


def english_application(arguments: Sequence[str]) -> QApplication:
    """Return an application whose texts, numbers and dates are English on every system.

    Some texts in English among others in the system's language would help nobody. A translation
    has to be complete: our texts all go through ``tr``, those of Qt's dialogs come with Qt.
    """
    with _english_environment():
        app = QApplication(list(arguments))
        QLocale.system().name()  # read now, and never again
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    # The desktop's own dialogs speak its language: Qt's stand in for them.
    languages = QLocale.system().uiLanguages()
    is_english = not languages or languages[0].partition("-")[0] in ("en", "C")
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, not is_english)
    return app


@contextmanager
def _english_environment() -> Iterator[None]:
    """Let Qt and the C library find an English system, from which Qt words dates and sizes.

    Programs that are started later get the user's own. How characters are encoded stays.
    """
    former = dict(os.environ)
    encoding = next((former[name] for name in _ENCODING if former.get(name)), _ENGLISH)
    for name in former:
        if name.startswith("LC_"):
            del os.environ[name]
    os.environ.update(LANG=_ENGLISH, LC_CTYPE=encoding)
    try:
        yield
    finally:
        for name in ("LANG", "LC_CTYPE"):
            del os.environ[name]
        os.environ.update(former)
