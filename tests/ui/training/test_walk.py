"""From corrected moments through all five pages, with real widgets and a real training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.models.catalogue import available_models
from fer_desktop.recording.session_store import new_session_file
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.sources.factory import open_file
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.training.train_wizard import Step
from tests.helpers.clips import write_clip
from tests.recording.samples import PRESET, face, frame, scores
from tests.ui.training.conftest import LIMIT_MS, START
from tests.ui.training.faces import write_faces
from trainer.contract.offers import Estimate
from trainer.contract.preset import read_preset

pytestmark = [pytest.mark.gui, pytest.mark.slow]


def corrected_session(folder: Path) -> Path:
    """Write a video of faces of two labels, and its session, in which each is labelled."""
    faces = [
        np.asarray(Image.open(file))[..., ::-1]
        for file in sorted(write_faces(folder / "faces").glob("*/*.png"))
    ]
    clip = write_clip(folder / "smiles.mp4", faces, codec_options={"crf": "1"})
    source = open_file(clip)
    info = source.open()
    source.close()
    path = new_session_file(paths.sessions_dir(), info)
    writer = SessionWriter(path, info, settings={})
    writer.model_changed(PRESET, 0)
    corrections = []
    for index in range(len(faces)):
        found = frame(index, face(1, raw=scores(0.5, 0.25, 0.25), box=(4, 4, 44, 44)))
        writer.write(replace(found, width_px=info.width_px, height_px=info.height_px))
        label = "happy" if index < len(faces) // 2 else "sad"
        corrections.append(Correction("Ada", 1, label, found.timestamp_us))
    writer.set_corrections(corrections)
    writer.close(SessionEnd(is_whole=True))
    return path


def test_a_model_is_trained_on_corrections_used_and_left_again(
    app: Application, tmp_path: Path, qtbot: QtBot
) -> None:
    corrected_session(tmp_path)
    app.window.acts.train_on_corrections.trigger()
    dialog = app.window.corrected.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.make_button.isEnabled)
    dialog.folder.set_folder(tmp_path / "smiles")
    dialog.make_button.click()
    qtbot.waitUntil(dialog.train_button.isVisible, timeout=LIMIT_MS)
    assert "Made 48 pictures (happy 24, sad 24)" in dialog.note.text()
    assert "The same persons are on both sides" in dialog.note.text()
    dialog.train_button.click()
    wizard = app.window.training.wizard
    assert wizard is not None
    pictures = wizard.pictures_page
    assert pictures is not None
    qtbot.waitUntil(pictures.isComplete, timeout=LIMIT_MS)
    wizard.next()

    start = wizard.start_page
    assert start is not None
    qtbot.waitUntil(start.isComplete, timeout=LIMIT_MS)
    assert start.improve.isChecked()  # so few pictures
    assert START in start.improve.text()
    assert "Recommended with 48 pictures" in start.improve_note.text()
    assert start.table.rowCount() > 20
    start.measure_button.click()
    assert "few training steps" in start.time_note.text()
    qtbot.waitUntil(lambda: "epochs over" in start.time_note.text(), timeout=LIMIT_MS)
    wizard.next()

    settings = wizard.settings_page
    assert settings is not None
    assert settings.name.text() == "smiles"
    assert settings.labels.chosen == ("happy", "sad")
    qtbot.waitUntil(lambda: bool(settings.advanced.editors), timeout=LIMIT_MS)
    probe = wizard._prober.found(start.plan())
    assert isinstance(probe, Estimate)
    # As little as can be: two epochs.
    wizard._prober._found[tuple(start.plan().probe_words())] = replace(
        probe, seconds_per_epoch=30.0
    )
    settings.minutes.setValue(1)
    assert settings.time_note.text().startswith("Enough for 2 of the default 15 epochs")
    settings.name.setText("smiles-mine")
    assert settings.isComplete()
    wizard.next()

    training, job = wizard.training_page, app.window.training.job
    assert wizard.currentId() == Step.TRAINING
    qtbot.waitUntil(lambda: len(job.epochs) > 0, timeout=LIMIT_MS)
    assert "training smiles-mine" in app.window.training.status()
    qtbot.waitUntil(lambda: sum(map(sum, training.confusion.counts)) > 0)
    qtbot.waitUntil(lambda: wizard.currentId() == Step.RESULT, timeout=LIMIT_MS)
    assert len(job.epochs) == 2
    assert job.best_epoch in (1, 2)

    result = wizard.result_page
    qtbot.waitUntil(result.tabs.isVisible, timeout=LIMIT_MS)
    assert "smiles-mine" in result.verdict.text()
    assert START in result.verdict.text()
    assert "held out" in result.note.text()
    assert [result.model.itemText(at) for at in range(2)] == ["smiles-mine", START]
    assert result.labels.rowCount() == 2
    result.use_button.click()
    qtbot.waitUntil(lambda: app.controller.model.name == "smiles-mine", timeout=LIMIT_MS)

    folder = paths.user_models_dir() / "smiles-mine"
    assert app.controller.model.preset == read_preset(folder)
    assert app.controller.model.preset.labels == ("happy", "sad")
    assert app.window.toolbar.model.currentText() == "smiles-mine"
    assert app.controller.settings.model == "smiles-mine"
    assert not list(paths.runs_dir().iterdir())
    assert result.back_button.isVisible()
    wizard.close()

    back = app.window.acts.former_model
    assert back.isVisible()
    assert back.text() == f"Back to {START}"
    back.trigger()
    qtbot.waitUntil(lambda: app.controller.model.name == START, timeout=LIMIT_MS)
    assert back.text() == "Back to smiles-mine"
    assert "smiles-mine" in [entry.name for entry in available_models()]
