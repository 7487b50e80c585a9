"""Questions that only the person can decide; each is one ``ask`` that tests replace."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMessageBox, QWidget

from fer_desktop.sources.media_names import PICTURE_SUFFIXES, VIDEO_SUFFIXES
from trainer.contract.text import counted

_MEDIA: Final = " ".join(f"*{suffix}" for suffix in PICTURE_SUFFIXES + VIDEO_SUFFIXES)


class Confirm:
    """A question with two answers."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, text: str, yes: str) -> bool:
        """Return whether the person chose the named button; the other one is the default."""
        box = QMessageBox(QMessageBox.Icon.Question, title, text, parent=parent)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of strangers may stand in it
        agreed = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is agreed


class OpenMedia:
    """Choose an image or a video."""

    @classmethod
    def ask(cls, parent: QWidget, folder: str) -> Path | None:
        """Return the chosen file."""
        translate = QCoreApplication.translate
        name, _ = QFileDialog.getOpenFileName(
            parent,
            translate("OpenMedia", "Open image or video"),
            folder,
            _with_all_files(translate("OpenMedia", "Images and videos") + f" ({_MEDIA})"),
        )
        return Path(name) if name else None


class OpenSeveralMedia:
    """Choose images and videos."""

    @classmethod
    def ask(cls, parent: QWidget, folder: str) -> list[Path]:
        """Return the chosen files."""
        translate = QCoreApplication.translate
        names, _ = QFileDialog.getOpenFileNames(
            parent,
            translate("OpenMedia", "Choose images and videos"),
            folder,
            _with_all_files(translate("OpenMedia", "Images and videos") + f" ({_MEDIA})"),
        )
        return [Path(name) for name in names]


class OpenFolder:
    """Choose a folder."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, folder: str) -> Path | None:
        """Return the chosen folder."""
        name = QFileDialog.getExistingDirectory(parent, title, folder)
        return Path(name) if name else None


class OpenZip:
    """Choose a zip file."""

    @classmethod
    def ask(cls, parent: QWidget, title: str) -> Path | None:
        """Return the chosen file."""
        kind = QCoreApplication.translate("OpenZip", "Zip file") + " (*.zip)"
        name, _ = QFileDialog.getOpenFileName(parent, title, str(Path.home()), kind)
        return Path(name) if name else None


class OneTableOrEach:
    """How several sessions are exported."""

    @classmethod
    def ask(cls, parent: QWidget, sessions: int) -> Literal["one", "each"] | None:
        """Return whether one table is wanted, or one for each session."""
        translate = QCoreApplication.translate
        text = translate("OneTableOrEach", "Export {count} sessions as one table or one each?")
        box = QMessageBox(
            QMessageBox.Icon.Question,
            translate("OneTableOrEach", "Export"),
            text.format(count=sessions),
            parent=parent,
        )
        hint = translate("OneTableOrEach", "One table has a last column that names the session.")
        box.setInformativeText(hint)
        role = QMessageBox.ButtonRole.AcceptRole
        one = box.addButton(translate("OneTableOrEach", "One table"), role)
        each = box.addButton(translate("OneTableOrEach", "One each"), role)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(one)
        box.exec()
        clicked = box.clickedButton()
        return "one" if clicked is one else "each" if clicked is each else None


class BundleVideos:
    """Whether the analysed files go into a bundle."""

    @classmethod
    def ask(cls, parent: QWidget, sessions: int) -> bool | None:
        """Return whether they do; None if no bundle is wanted after all."""
        translate = QCoreApplication.translate
        text = translate("BundleVideos", "Save {sessions} as a bundle?")
        box = QMessageBox(
            QMessageBox.Icon.Question,
            translate("BundleVideos", "Save as bundle"),
            text.format(sessions=counted(sessions, "session")),
            parent=parent,
        )
        box.setInformativeText(
            translate(
                "BundleVideos",
                "One file with all numbers, marks, names and details, which opens on another"
                " computer."
                " Videos show people, and may hold their voices: include them only for those who"
                " may see and hear them.",
            )
        )
        tick = QCheckBox(
            translate("BundleVideos", "Include analysed &videos and images, and recordings")
        )
        box.setCheckBox(tick)
        save = box.addButton(translate("BundleVideos", "Save…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(save)
        box.exec()
        return tick.isChecked() if box.clickedButton() is save else None


class BundleFile:
    """Choose a bundle, to read or to write."""

    @classmethod
    def ask_to_read(cls, parent: QWidget, folder: str) -> Path | None:
        """Return the chosen file."""
        translate = QCoreApplication.translate
        kind = translate("BundleFile", "Bundles of sessions") + " (*.ferbundle)"
        name, _ = QFileDialog.getOpenFileName(
            parent, translate("BundleFile", "Import bundle"), folder, _with_all_files(kind)
        )
        return Path(name) if name else None

    @classmethod
    def ask_to_write(cls, parent: QWidget, suggestion: Path) -> Path | None:
        """Return the chosen file, which may exist: the caller asks before it is replaced."""
        translate = QCoreApplication.translate
        title = translate("BundleFile", "Save as bundle")
        kind = translate("BundleFile", "Bundle of sessions")
        return _ask_where(parent, title, suggestion, {".ferbundle": kind})


class SaveCsv:
    """Choose where a table goes."""

    @classmethod
    def ask(cls, parent: QWidget, suggestion: Path) -> Path | None:
        """Return the chosen file, which may exist: the caller asks before it is replaced."""
        translate = QCoreApplication.translate
        title = translate("SaveCsv", "Export session as a table")
        kinds = {
            ".csv": translate("SaveCsv", "CSV table"),
            ".xlsx": translate("SaveCsv", "Excel workbook"),
            ".parquet": translate("SaveCsv", "Parquet table"),
        }
        return _ask_where(parent, title, suggestion, kinds)


class SavePicture:
    """Choose where a picture goes."""

    @classmethod
    def ask(cls, parent: QWidget, suggestion: Path) -> Path | None:
        """Return the chosen file, which may exist: the caller asks before it is replaced."""
        translate = QCoreApplication.translate
        title = translate("SavePicture", "Save picture")
        kinds = {".png": translate("SavePicture", "PNG picture")}
        return _ask_where(parent, title, suggestion, kinds)


class SaveReport:
    """Choose where a report goes, or a table of what it says."""

    @classmethod
    def ask(cls, parent: QWidget, suggestion: Path) -> Path | None:
        """Return the chosen file, which may exist: the caller asks before it is replaced."""
        translate = QCoreApplication.translate
        kinds = {
            ".html": translate("SaveReport", "Report, web page"),
            ".pdf": translate("SaveReport", "Report, PDF"),
            ".csv": translate("SaveReport", "Summary table, CSV"),
            ".xlsx": translate("SaveReport", "Summary table, Excel"),
            ".parquet": translate("SaveReport", "Summary table, Parquet"),
        }
        return _ask_where(parent, translate("SaveReport", "Save report"), suggestion, kinds)


class OpenTable:
    """Choose a table."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, folder: str) -> Path | None:
        """Return the chosen file."""
        kind = QCoreApplication.translate("OpenTable", "Tables") + " (*.csv *.tsv)"
        name, _ = QFileDialog.getOpenFileName(parent, title, folder, _with_all_files(kind))
        return Path(name) if name else None


class SaveTable:
    """Choose where a table of whatever kind goes."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, suggestion: Path) -> Path | None:
        """Return the chosen file, which may exist: the caller asks before it is replaced."""
        kind = QCoreApplication.translate("SaveCsv", "CSV table")
        return _ask_where(parent, title, suggestion, {".csv": kind})


class MarkFile:
    """Choose a file of marks, to read or to write."""

    @classmethod
    def ask_to_read(cls, parent: QWidget, folder: str) -> Path | None:
        """Return the chosen file."""
        translate = QCoreApplication.translate
        name, _ = QFileDialog.getOpenFileName(
            parent,
            translate("MarkFile", "Import marks"),
            folder,
            _with_all_files(
                translate("MarkFile", "ELAN files and tables") + " (*.eaf *.csv *.tsv)"
            ),
        )
        return Path(name) if name else None

    @classmethod
    def ask_to_write(cls, parent: QWidget, suggestion: Path) -> Path | None:
        """Return the chosen file, which may exist: the caller asks before it is replaced."""
        translate = QCoreApplication.translate
        name, chosen = QFileDialog.getSaveFileName(
            parent,
            translate("MarkFile", "Export marks"),
            str(suggestion),
            translate("MarkFile", "ELAN")
            + " (*.eaf);;"
            + translate("MarkFile", "Table")
            + " (*.csv)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if not name:
            return None
        path = Path(name)
        suffix = ".csv" if "*.csv" in chosen else ".eaf"
        is_known = path.suffix.lower() in (".eaf", ".csv")
        return path if is_known else path.with_name(f"{path.name}{suffix}")


class SaveZip:
    """Choose where a model goes."""

    @classmethod
    def ask(cls, parent: QWidget, suggestion: Path) -> Path | None:
        """Return the chosen file, which may exist: the caller asks before it is replaced."""
        translate = QCoreApplication.translate
        title = translate("SaveZip", "Export model")
        return _ask_where(parent, title, suggestion, {".zip": translate("SaveZip", "Zip file")})


def ask_to_replace(parent: QWidget, path: Path) -> bool:
    """Return whether an existing file may be replaced."""
    translate = QCoreApplication.translate
    return Confirm.ask(
        parent,
        translate("Confirm", "Replace file?"),
        translate("Confirm", "{name} already exists in {folder}. Replace it?").format(
            name=path.name, folder=path.parent
        ),
        translate("Confirm", "Replace"),
    )


def _with_all_files(kind: str) -> str:
    """Return the filter of a file dialog that offers a kind of files first, then any."""
    return f"{kind};;" + QCoreApplication.translate("OpenMedia", "All files") + " (*)"


def _ask_where(
    parent: QWidget, title: str, suggestion: Path, kinds: Mapping[str, str]
) -> Path | None:
    """Return a name that ends as one of the kinds do, by their suffixes; the first is usual.

    The suffix of the suggested name says which kind is chosen at first.
    """
    filters = {suffix: f"{kind} (*{suffix})" for suffix, kind in kinds.items()}
    wanted = suggestion.suffix.lower()
    name, chosen = QFileDialog.getSaveFileName(
        parent,
        title,
        str(suggestion),
        ";;".join(filters.values()),
        filters.get(wanted, ""),
        # The suffix is only appended here, so the dialog would ask about the wrong name.
        options=QFileDialog.Option.DontConfirmOverwrite,
    )
    if not name:
        return None
    path = Path(name)
    suffixes = {text: suffix for suffix, text in filters.items()}
    suffix = suffixes.get(chosen, next(iter(kinds)))
    # A name that was suggested follows the kind that was chosen for it.
    if path.name == suggestion.name and wanted in kinds:
        return path.with_suffix(suffix)
    return path if path.suffix.lower() in kinds else path.with_name(f"{path.name}{suffix}")
