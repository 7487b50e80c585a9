"""One language at a time, whatever the system speaks."""

import os
import subprocess
import sys

import pytest

QUESTION = """
import os, sys
from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt
from PySide6.QtWidgets import QDialogButtonBox, QDoubleSpinBox, QFileDialog, QMessageBox
from fer_desktop.ui.look.language import english_application

before = dict(os.environ)
app = english_application(sys.argv[:1])
assert dict(os.environ) == before, "programs that are started get the user's language"
spin = QDoubleSpinBox()
spin.setRange(0, 9999)
spin.setValue(1234.5)
moment = QDateTime.fromString("2026-03-05 16:07", "yyyy-MM-dd HH:mm")
buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
question = QMessageBox(QMessageBox.Icon.Question, "", "", QMessageBox.StandardButton.Discard)
files = QFileDialog()
print("|".join([
    spin.text(),
    QLocale().toString(1234.5),
    QLocale.system().toString(1234.5),
    QLocale.system().toString(moment, QLocale.FormatType.LongFormat)[:8],
    buttons.button(QDialogButtonBox.StandardButton.Cancel).text(),
    question.button(QMessageBox.StandardButton.Discard).text(),
    files.labelText(QFileDialog.DialogLabel.FileName),
    os.strerror(2),
    str(QCoreApplication.testAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)),
]))
"""


@pytest.mark.parametrize(
    ("language", "qts_own_dialogs"), [("de_DE", True), ("fr_FR", True), ("en_GB", False)]
)
def test_texts_numbers_and_dates_are_english(language: str, qts_own_dialogs: bool) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
    name = f"{language}.UTF-8"
    environment |= {"LANG": name, "LC_ALL": name, "LANGUAGE": language[:2]}
    ask = [sys.executable, "-c", QUESTION]
    done = subprocess.run(ask, env=environment, capture_output=True, text=True, check=True)
    spoken = done.stdout.strip().split("|")
    assert spoken == [
        "1234.50", "1,234.5", "1,234.5", "Thursday", "Cancel", "Discard", "File &name:",
        "No such file or directory", str(qts_own_dialogs),
    ]  # fmt: skip
