import json
import os
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fer_desktop.errors import ModelError
from fer_desktop.models import archive as model_archive
from fer_desktop.models.archive import export_model, import_model, name_of_model
from fer_desktop.models.catalogue import ModelEntry, available_models
from fer_desktop.models.store import (
    MODEL_FILES,
    check_name,
    delete_model,
    free_name,
    measure_speed,
    model_details,
    rename_model,
)
from fer_desktop.paths import user_models_dir
from tests.helpers.models import (
    describe_network,
    described,
    make_model_folder,
    write_preset,
)
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import CARD_FILE, METRICS_FILE, MODEL_FILE, PRESET_FILE, read_preset


@pytest.fixture
def source(model_folder: Path, tmp_path: Path) -> Path:
    """A whole model folder that is not one of the user's."""
    folder = Path(shutil.copytree(model_folder, tmp_path / "source" / "tiny"))
    (folder / CARD_FILE).write_text("# tiny\n", encoding="utf-8")
    (folder / METRICS_FILE).write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def own(source: Path) -> ModelEntry:
    """One of the user's models."""
    shutil.copytree(source, user_models_dir() / "tiny")
    return own_entry("tiny")


def own_entry(name: str) -> ModelEntry:
    (entry,) = [e for e in available_models() if e.name == name and not e.bundled]
    return entry


def bundled_entry() -> ModelEntry:
    return next(entry for entry in available_models() if entry.bundled)


def zip_of(source: Path, extra: dict[str, bytes] | None = None) -> Path:
    """Return a zip of a folder's files, and of some others."""
    file = source.parent / f"{source.name}.zip"
    export_model(source, file)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return file


def bring_in(source: Path) -> Path:
    """Import a model as the window does."""
    name_of_model(source)
    return import_model(source, "new")


def assert_refused(source: Path, *words: str) -> None:
    """Check that a source is refused in one line, and that nothing of it stays."""
    outside = sorted(source.parent.parent.rglob("*"))
    with pytest.raises(ModelError) as caught:
        bring_in(source)
    for word in words:
        assert word in caught.value.message
    assert "\n" not in str(caught.value)
    assert ".fer-" not in str(caught.value)
    assert caught.value.hint
    assert nothing_new()
    assert sorted(source.parent.parent.rglob("*")) == outside


def nothing_new() -> bool:
    folder = user_models_dir()
    return not folder.is_dir() or not list(folder.iterdir())


def test_details_are_read_without_loading(own: ModelEntry) -> None:
    import keras

    (details,) = [d for d in model_details() if d.entry == own]
    assert details.parameters == keras.models.load_model(own.folder / MODEL_FILE).count_params()
    assert details.size_bytes == sum(path.stat().st_size for path in own.folder.iterdir())


def test_damaged_weights_are_listed_without_a_count(own: ModelEntry) -> None:
    (own.folder / MODEL_FILE).write_bytes(b"nonsense")
    (details,) = [d for d in model_details() if d.entry == own]
    assert details.parameters is None


def test_speed_is_measured(source: Path) -> None:
    assert 0 < measure_speed(source) < 1000
    (source / MODEL_FILE).write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="checksum"):
        measure_speed(source)


@pytest.mark.parametrize(
    "name",
    ["", "  ", "a/b", "..", ".hidden", "a:b", "end.", " a", "NUL", "com1.x", "x" * 61, "a\nb"],
)
def test_names_that_some_system_cannot_have_are_refused(name: str) -> None:
    with pytest.raises(ModelError):
        check_name(name)
    check_name(free_name(name))


def test_names_are_taken_in_any_letters(own: ModelEntry) -> None:
    with pytest.raises(ModelError, match="already"):
        check_name("TINY")
    assert free_name("TINY") == "TINY-2"
    assert free_name(bundled_entry().name) == f"{bundled_entry().name}-2"
    check_name("mine, ä 😀")


def test_a_renamed_model_knows_its_name(own: ModelEntry) -> None:
    raw = json.loads((own.folder / PRESET_FILE).read_text(encoding="utf-8"))
    (own.folder / PRESET_FILE).write_text(
        json.dumps({**raw, "newer": [1e300]}).replace("1e+300", "1e999"), encoding="utf-8"
    )
    folder = rename_model(own, "Tiny")
    assert folder == user_models_dir() / "Tiny"
    assert read_preset(folder).name == "Tiny"
    assert "1e999" in (folder / PRESET_FILE).read_text(encoding="utf-8")
    assert [path.name for path in user_models_dir().iterdir()] == ["Tiny"]


def test_a_name_that_cannot_be_had_changes_nothing(own: ModelEntry) -> None:
    for name in (bundled_entry().name, "a/b", ""):
        with pytest.raises(ModelError):
            rename_model(own, name)
    assert own_entry("tiny") == own


def test_a_deleted_model_is_gone(own: ModelEntry) -> None:
    delete_model(own)
    assert nothing_new()
    with pytest.raises(ModelError, match="cannot be deleted"):
        delete_model(own)


def test_a_link_is_deleted_and_what_it_points_at_stays(source: Path) -> None:
    user_models_dir().mkdir(parents=True)
    (user_models_dir() / "tiny").symlink_to(source, target_is_directory=True)
    delete_model(own_entry("tiny"))
    assert nothing_new()
    assert (source / MODEL_FILE).is_file()


def test_bundled_models_stay() -> None:
    entry = bundled_entry()
    for change in (delete_model, lambda entry: rename_model(entry, "other")):
        with pytest.raises(ModelError, match="is part of the application"):
            change(entry)
    assert entry.folder.is_dir()


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_model_comes_in_whole(source: Path, kind: str) -> None:
    if kind == "folder":
        (source / "checkpoint.npz").write_bytes(b"of no use here")
    litter = {"__MACOSX/tiny/._model.keras": b"x", "tiny/.DS_Store": b"x"}
    given = source if kind == "folder" else zip_of(source, litter)
    assert name_of_model(given) == "tiny"
    folder = import_model(given, "mine")
    expected = [name for name in MODEL_FILES if (source / name).is_file()]
    assert sorted(path.name for path in folder.iterdir()) == sorted(expected)
    assert (folder / MODEL_FILE).read_bytes() == (source / MODEL_FILE).read_bytes()
    assert own_entry("mine").preset.name == "mine"
    assert [path.name for path in user_models_dir().iterdir()] == ["mine"]


def test_a_zip_without_a_folder_in_it_will_do(source: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat.zip"
    with zipfile.ZipFile(flat, "w") as archive:
        for name in (MODEL_FILE, PRESET_FILE):
            archive.write(source / name, name)
    assert read_preset(import_model(flat, "flat")).name == "flat"


def test_a_taken_name_is_refused_before_anything_is_read(own: ModelEntry, source: Path) -> None:
    with pytest.raises(ModelError, match="already"):
        import_model(zip_of(source), "tiny")
    assert [path.name for path in user_models_dir().iterdir()] == ["tiny"]


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "tiny/../../evil.txt", "/evil.txt", "C:/evil.txt", "..\\evil.txt"],
)
def test_a_path_that_leads_elsewhere_is_refused(source: Path, name: str) -> None:
    assert_refused(zip_of(source, {name: b"evil"}), "outside the model's folder")


def test_a_link_in_a_zip_is_refused(source: Path) -> None:
    link = zipfile.ZipInfo("tiny/metrics.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (source / METRICS_FILE).unlink()
    file = zip_of(source)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert_refused(file, "is a link")


def test_a_zip_bomb_is_refused(source: Path) -> None:
    (source / METRICS_FILE).unlink()
    assert_refused(zip_of(source, {"tiny/metrics.json": bytes(40_000_000)}), "unpacked")


def test_a_bomb_within_the_network_is_refused(source: Path) -> None:
    with zipfile.ZipFile(source / MODEL_FILE, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/zeros", bytes(40_000_000))
    write_preset(source, LABEL_SETS["fer7"])
    assert_refused(source, "tiny", "model.keras", "also contains")


def test_more_files_than_a_model_has_are_refused(source: Path) -> None:
    assert_refused(zip_of(source, {f"tiny/{n}": b"" for n in range(300)}), "304 files")


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        ({"tiny/run.exe": b"MZ"}, "run.exe"),
        ({"other/preset.json": b"{}"}, "one folder"),
    ],
)
def test_files_that_no_model_has_are_refused(
    source: Path, extra: dict[str, bytes], word: str
) -> None:
    assert_refused(zip_of(source, extra), word)


def test_an_enormous_text_is_refused(source: Path) -> None:
    (source / CARD_FILE).write_bytes(os.urandom(5_000_000))
    assert_refused(zip_of(source), CARD_FILE, "too large")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 not really"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a" / "holiday.zip"
    file.parent.mkdir()
    file.write_bytes(content)
    assert_refused(file, "holiday.zip is not a zip file")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    assert_refused(tmp_path / "a" / "gone.zip", "No such file")


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a" / "holiday.zip"
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("beach.jpg", b"sand")
    assert_refused(file, "is not a model", "does not contain preset.json")


def test_a_cut_zip_is_refused(source: Path) -> None:
    file = zip_of(source)
    content = bytearray(file.read_bytes())
    content[200:240] = bytes(40)
    file.write_bytes(content)
    assert_refused(file, "tiny.zip")


@pytest.mark.parametrize("name", [MODEL_FILE, PRESET_FILE])
def test_a_folder_that_lacks_a_file_is_refused(source: Path, name: str) -> None:
    (source / name).unlink()
    assert_refused(source, "tiny is not a model", name)


@pytest.mark.parametrize("preset", ["", "[]", "{}", "[" * 100_000])
def test_a_damaged_preset_is_refused(source: Path, preset: str) -> None:
    (source / PRESET_FILE).write_text(preset)
    assert_refused(zip_of(source), PRESET_FILE)


def test_changed_weights_are_refused(source: Path) -> None:
    with (source / MODEL_FILE).open("ab") as file:
        file.write(b"x")
    assert_refused(zip_of(source), "checksum")


def test_labels_that_do_not_fit_are_refused(source: Path) -> None:
    write_preset(source, LABEL_SETS["fer4"])
    assert_refused(zip_of(source), "4 labels")


def test_a_program_in_a_model_is_refused(tmp_path: Path) -> None:
    import keras

    folder = make_model_folder(
        tmp_path / "source" / "tiny", extra_layer=lambda: keras.layers.Lambda(lambda x: x * 2)
    )
    assert_refused(zip_of(folder), "Lambda", "refused")


def test_a_network_that_would_fill_the_memory_is_refused(source: Path) -> None:
    import keras

    layers = keras.layers
    config = described(lambda: keras.Sequential([keras.Input((48, 48, 1)), layers.Dense(10**9)]))
    describe_network(source, config)
    write_preset(source, LABEL_SETS["fer7"])
    assert_refused(zip_of(source), "tiny.zip", "parameters, more than a model can have")


def test_a_disk_without_room_is_told(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(source)
    monkeypatch.setattr(model_archive.shutil, "disk_usage", lambda _: usage._replace(free=10))
    assert_refused(source, "No space left")


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: what a full disk does, in a test.

    Only inside the block: the test runner's own output may be a file that is longer.
    """
    resource = pytest.importorskip("resource")
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


def test_a_disk_that_fills_up_leaves_nothing(source: Path) -> None:
    file = zip_of(source)
    with files_limited_to(4096):
        assert_refused(file, "cannot be written")


def test_a_place_that_takes_no_folder_is_told(source: Path) -> None:
    user_models_dir().parent.mkdir(parents=True, exist_ok=True)
    user_models_dir().write_text("in the way")
    with pytest.raises(ModelError, match="cannot be written"):
        import_model(source, "new")
    assert user_models_dir().read_text() == "in the way"


def test_what_a_killed_import_left_goes_with_the_next(source: Path) -> None:
    left = user_models_dir() / ".fer-0123abcd"
    shutil.copytree(source, left / "model")
    (left / "hold").touch()
    assert not [entry for entry in available_models() if not entry.bundled]
    import_model(source, "new")
    assert not left.exists()
