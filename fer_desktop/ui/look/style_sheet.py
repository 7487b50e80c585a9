"""What the Fusion style leaves to be wished for."""

from fer_desktop.paths import assets_dir
from fer_desktop.ui.look.tokens import Tokens

_TEMPLATE = """
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {border}; padding: 3px 5px; }}
QMainWindow::separator {{ background: {window}; width: 6px; height: 6px; }}
QMainWindow::separator:hover {{ background: {border}; }}
QMenuBar {{ background: {window}; border-bottom: 1px solid {border}; }}
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {border};
    padding: 5px 8px; spacing: 6px; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QDockWidget {{ font-weight: 600; }}
QDockWidget::title {{ background: {window}; text-align: left; padding: 6px 10px; }}
QDockWidget > QWidget {{ font-weight: normal; }}

QToolButton {{ color: {text}; background: transparent; border: 1px solid transparent;
    border-radius: 6px; padding: 4px 8px; }}
QToolButton:hover {{ background: {raised}; }}
QToolButton:pressed, QToolButton:checked {{ background: {raised}; border-color: {border}; }}
QToolButton[role="record"]:checked {{ color: {error}; border: 2px solid {error};
    padding: 3px 7px; font-weight: 600; }}
QLabel[role="recording"] {{ color: #ffffff; background: #b3261e; border-radius: 6px;
    padding: 4px 10px; font-weight: 600; }}
QLabel[role="note"] {{ color: {text}; background: {surface}; border: 1px solid {border};
    border-radius: 6px; padding: 4px 10px; }}
QToolButton[role="key"] {{ background: {surface}; border-color: {border}; }}
QToolButton[role="key"]:hover {{ background: {raised}; }}
QToolButton[role="key"]:disabled {{ background: {raised}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton:disabled {{ color: {muted}; }}
QFileDialog QToolButton {{ padding: 2px; }}
QToolButton#qt_toolbar_ext_button {{ padding: 0; }}

QPushButton {{ color: {text}; background: {surface}; border: 1px solid {border};
    border-radius: 6px; padding: 5px 14px; min-height: 20px; }}
QPushButton:hover {{ background: {raised}; }}
QPushButton:pressed {{ background: {border}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:default, QPushButton[role="primary"] {{ color: {on_accent}; background: {accent};
    border-color: {accent}; }}
QPushButton:default:focus, QPushButton[role="primary"]:focus {{ border: 2px solid {text};
    padding: 4px 13px; }}
QPushButton:disabled, QPushButton:default:disabled, QPushButton[role="primary"]:disabled {{
    color: {muted}; background: {raised}; border-color: {border}; }}

QLabel[role="title"] {{ font-size: 20pt; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 13pt; font-weight: 600; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="error"] {{ color: {error}; }}
QFrame[role="line"] {{ color: {border}; }}
QFrame[role="panel"] {{ background: {surface}; border: 1px solid {border}; border-radius: 10px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QHeaderView::section {{ background: {raised}; border: none; padding: 5px 11px; font-weight: 600; }}
QTableView {{ border: 1px solid {border}; border-radius: 6px; outline: 0; }}
QTableView::item {{ padding: 0 8px; }}
QTableView::item:selected, QTableView::item:selected:focus, QTableView::item:selected:hover {{
    color: {on_accent}; background: {accent}; border: none; }}
QTableView::item:selected:disabled {{ color: {muted}; background: {raised}; }}
QProgressBar {{ background: {track}; border: none; border-radius: 5px; min-height: 10px;
    max-height: 10px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 5px; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator, QTableView::indicator, QListView::indicator {{
    width: 16px; height: 16px; background: {surface}; border: 1px solid {muted};
    border-radius: 4px; }}
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked {{
    background: {accent}; border-color: {accent}; image: url("{check}"); }}
QCheckBox::indicator:focus {{ border: 2px solid {text}; width: 14px; height: 14px; }}
QRadioButton {{ spacing: 8px; }}
QRadioButton::indicator {{ width: 16px; height: 16px; background: {surface};
    border: 1px solid {muted}; border-radius: 9px; }}
QRadioButton::indicator:checked {{ width: 8px; height: 8px; background: {on_accent};
    border: 5px solid {accent}; }}
QRadioButton::indicator:unchecked:focus {{ border-color: {text}; }}
QRadioButton::indicator:checked:focus {{ background: {text}; }}
QToolButton[role="card"] {{ background: {surface}; border: 1px solid {border};
    border-radius: 10px; padding: 12px 16px; }}
QToolButton[role="card"]:hover {{ background: {raised}; }}
QToolButton[role="card"]:focus {{ border-color: {accent}; }}
QScrollArea {{ background: transparent; border: none; }}
"""


def style_sheet(tokens: Tokens) -> str:
    """Return the application's style sheet in the colours of a theme."""
    # The accent is light in the dark theme, and the other way round.
    drawing = "check_on_light.svg" if tokens.dark else "check_on_dark.svg"
    return _TEMPLATE.format(
        check=(assets_dir() / "icons" / drawing).as_posix(),
        **{name: getattr(tokens, name) for name in Tokens.__slots__ if name != "dark"},
    )
