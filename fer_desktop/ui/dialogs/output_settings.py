"""Other programs: who gets the results besides the window, and who may set marks and command."""

from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QCheckBox, QGridLayout, QGroupBox, QLineEdit, QWidget

from fer_desktop.pipeline.plugin_outputs import TARGET_SIGN, output_names
from fer_desktop.settings import Settings
from fer_desktop.streaming.targets import (
    StreamKind,
    control_target,
    is_stream,
    stream_kinds,
    stream_target,
)
from fer_desktop.ui.look.wording import action_text, name_text

# Usual ports; of these only this computer hears.
_TARGET_SIGNS: Final = 30  # an address and a port are seen whole
_CONTROL: Final = "tcp:9010"
_TARGETS: Final[dict[str, str]] = {
    "udp": "127.0.0.1:9001",
    "osc": "127.0.0.1:9000",
    "ws": "8765",
    "lsl": "",
}


class OutputGroup(QGroupBox):
    """A box to tick and a target for each way in which results can be sent."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._known = settings.outputs
        self.setTitle(self.tr("Send numbers and marks, never pictures"))
        self.boxes: dict[str, QCheckBox] = {}
        self.targets: dict[str, QLineEdit] = {}
        grid = QGridLayout(self)
        for kind in stream_kinds():
            name, target, meaning = self._words(kind)
            self._add_row(grid, kind, name, target, meaning)
        for name in output_names():
            if not is_stream(name):
                target, meaning = self.tr("File or address"), self.tr("From the next source on.")
                self._add_row(grid, name, action_text(name_text(name)), target, meaning)
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show other choices; of several targets of one output, the first."""
        chosen = _first_targets(settings.outputs)
        for name, box in self.boxes.items():
            box.setChecked(name in chosen)
            self.targets[name].setEnabled(name in chosen)
            self.targets[name].setText(chosen.get(name, _TARGETS.get(name, "")))

    def check(self) -> None:
        """Look whether results can be sent to what is chosen.

        Raises:
            StreamError: if a target is written wrongly.
        """
        for name, box in self.boxes.items():
            if box.isChecked() and is_stream(name):
                stream_target(self._text(name))

    def chosen(self, settings: Settings) -> Settings:
        """Return settings with what is chosen here.

        Outputs of a package that is not there at present stay chosen, and so do further targets.
        """
        outputs: list[str] = []
        left = {name: self._text(name) for name, box in self.boxes.items() if box.isChecked()}
        seen: set[str] = set()
        for text in self._known:
            name = text.partition(TARGET_SIGN)[0]
            if name in self.boxes and name not in seen:
                seen.add(name)
                if name in left:
                    outputs.append(left.pop(name))
            elif name not in self.boxes or self.boxes[name].isChecked():
                outputs.append(text)
        return replace(settings, outputs=tuple(dict.fromkeys((*outputs, *left.values()))))

    def _words(self, kind: StreamKind) -> tuple[str, str, str]:
        """Return a stream's name, what its target is, and what it is for."""
        address = self.tr("Host:port")
        match kind:
            case "udp":
                use = self.tr("A JSON object for each frame, to any program with a socket.")
                return self.tr("&UDP (JSON)"), address, use
            case "osc":
                use = self.tr("For Max, Pure Data, SuperCollider and TouchDesigner.")
                return self.tr("&OSC"), address, use
            case "ws":
                use = self.tr(
                    "For browsers and scripts on this computer: they connect to this port."
                )
                return self.tr("&WebSocket (JSON)"), self.tr("Port"), use
            case "lsl":
                use = self.tr(
                    'For LabRecorder and EEG. Other computers find it if "network" stands here.'
                )
                return self.tr("Lab Streaming La&yer"), self.tr("This computer"), use

    def _add_row(self, grid: QGridLayout, name: str, title: str, target: str, meaning: str) -> None:
        self.boxes[name], self.targets[name] = row(grid, title, target, meaning, self)

    def _text(self, name: str) -> str:
        target = self.targets[name].text().strip()
        return f"{name}{TARGET_SIGN}{target}" if target else name


class InputGroup(QGroupBox):
    """What other programs may do: give commands, and set marks."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Listen to other programs"))
        grid = QGridLayout(self)
        self.control, self.control_target = row(
            grid,
            self.tr("Comman&ds (text)"),
            self.tr("tcp:port or udp:port"),
            self.tr("MARK, START, STOP, NEWSESSION and EXPORT, from programs on this computer."),
            self,
        )
        self.marks, self.marks_target = row(
            grid,
            self.tr("Mar&kers of the Lab Streaming Layer"),
            self.tr("All markers, or the name of a stream"),
            self.tr(
                "They become marks of the session. Those of other computers are heard if results"
                ' are sent to the Lab Streaming Layer\'s "network".'
            ),
            self,
        )
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show other choices."""
        self.control.setChecked(bool(settings.control))
        self.control_target.setEnabled(bool(settings.control))
        self.control_target.setText(settings.control or _CONTROL)
        self.marks.setChecked(bool(settings.marks_from))
        self.marks_target.setEnabled(bool(settings.marks_from))
        self.marks_target.setText(settings.marks_from.partition(TARGET_SIGN)[2])

    def check(self) -> None:
        """Look whether commands can be heard where it is chosen.

        Raises:
            StreamError: if that is written wrongly.
        """
        if self.control.isChecked():
            control_target(self._control_text())

    def chosen(self, settings: Settings) -> Settings:
        """Return settings with what is chosen here."""
        name = self.marks_target.text().strip()
        marks_from = f"lsl{TARGET_SIGN}{name}" if name else "lsl"
        return replace(
            settings,
            control=self._control_text() if self.control.isChecked() else "",
            marks_from=marks_from if self.marks.isChecked() else "",
        )

    def _control_text(self) -> str:
        return self.control_target.text().strip() or _CONTROL


def row(
    grid: QGridLayout, title: str, target: str, meaning: str, parent: QWidget
) -> tuple[QCheckBox, QLineEdit]:
    """Add a box to tick, and a field that can be filled in while it is ticked, and return both."""
    at = grid.rowCount()
    box = QCheckBox(title, parent)
    field = QLineEdit(parent)
    field.setMinimumWidth(field.fontMetrics().horizontalAdvance("0") * _TARGET_SIGNS)
    field.setPlaceholderText(target)
    field.setAccessibleName(title.replace("&", ""))
    for part in (box, field):
        part.setToolTip(meaning)
    box.toggled.connect(field.setEnabled)
    grid.addWidget(box, at, 0)
    grid.addWidget(field, at, 1)
    grid.setColumnStretch(1, 1)
    return box, field


def _first_targets(outputs: tuple[str, ...]) -> dict[str, str]:
    targets: dict[str, str] = {}
    for text in outputs:
        name, _, target = text.partition(TARGET_SIGN)
        targets.setdefault(name, target)
    return targets
