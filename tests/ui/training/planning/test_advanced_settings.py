"""Every setting that the trainer has can be edited."""

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.training.choices import read_settings
from fer_desktop.ui.training.planning.advanced_settings import AdvancedSettings
from trainer.cli.setting_list import settings_as_json

pytestmark = pytest.mark.gui


def test_every_setting_has_an_editor_at_its_default(qtbot: QtBot) -> None:
    settings = read_settings(settings_as_json(None))
    view = AdvancedSettings()
    qtbot.addWidget(view)
    view.show_settings(settings)
    assert list(view.editors) == [setting.name for setting in settings]
    assert view.changed_values() == {}
