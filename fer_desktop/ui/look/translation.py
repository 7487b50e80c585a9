"""The user's language, where a translation is there."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from fer_desktop.paths import assets_dir


def install_translators(app: QCoreApplication) -> None:
    """Load Qt's own texts and ours in the system's language; English stays where there are none.

    Ours are ``assets/translations/fer_desktop_<language>.qm``, made with Qt's ``lupdate`` and
    ``lrelease``.
    """
    ours = str(assets_dir() / "translations")
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in (("qtbase", qt), ("fer_desktop", ours)):
        translator = QTranslator(app)
        if translator.load(QLocale(), name, "_", folder):
            app.installTranslator(translator)
