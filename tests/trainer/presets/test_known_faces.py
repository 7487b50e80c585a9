"""A model's folder says which faces it learned from; what is damaged is told."""

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.models import make_model_folder
from trainer.contract.preset import FACES, FACES_FILE, PresetError, read_preset
from trainer.data.fingerprints import WORDS, Prints
from trainer.errors import RunError
from trainer.presets.known_faces import (
    KnownFaces,
    from_bytes,
    give_known_faces,
    joined,
    knowers,
    known_or_why_not,
    read_faces_file,
    read_known_faces,
    to_bytes,
)


def prints(*numbers: int) -> Prints:
    return np.array([[number] * WORDS for number in numbers], np.uint64).reshape(-1, WORDS)


def test_what_is_written_is_read_again() -> None:
    known = KnownFaces(prints(1, 2**63 + 5), prints(7), is_complete=False)
    again = from_bytes(to_bytes(known))
    assert again.learned.tolist() == known.learned.tolist()
    assert again.chosen.tolist() == [[7] * WORDS]
    assert (again.is_complete, len(again)) == (False, 3)
    assert len(from_bytes(to_bytes(KnownFaces(prints(), prints())))) == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content[:-1], "cut off or too long"),
        (lambda content: content + b"\0" * 16, "cut off or too long"),
        (lambda content: content[:8] + b"\x09" + content[9:], "another version"),
        (lambda content: b"PNG" + content, "no fingerprints"),
        (lambda content: b"", "no fingerprints"),
        (lambda content: content[:20], "no fingerprints"),
    ],
)
def test_what_is_no_file_of_fingerprints_is_refused(spoil: object, message: str) -> None:
    assert callable(spoil)
    content = to_bytes(KnownFaces(prints(1, 2), prints(3)))
    with pytest.raises(PresetError, match=message):
        from_bytes(spoil(content))


def test_the_faces_of_several_models_are_joined() -> None:
    one = KnownFaces(prints(1, 2, 2), prints(3, 4))
    other = KnownFaces(prints(3, 5), prints(6, 1))
    both = joined([one, other])
    assert both.learned[:, 0].tolist() == [1, 2, 3, 5]
    assert both.chosen[:, 0].tolist() == [4, 6]
    assert both.is_complete
    assert not joined([one, None]).is_complete
    assert not joined([one, KnownFaces(prints(), prints(), is_complete=False)]).is_complete


def test_a_folder_gets_its_fingerprints_and_loses_them(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "mine")
    assert read_known_faces(folder) is None
    known, why_not = known_or_why_not(folder)
    assert known is None
    assert "fer-train fingerprint" in why_not

    give_known_faces(folder, KnownFaces(prints(1, 2), prints(3)))
    found = read_known_faces(folder)
    assert found is not None
    assert len(found) == 3
    entry = read_preset(folder).files[FACES]
    assert entry.file == FACES_FILE

    (folder / FACES_FILE).write_bytes(to_bytes(KnownFaces(prints(9), prints())))
    with pytest.raises(RunError, match="does not match its checksum"):
        read_known_faces(folder)
    known, why_not = known_or_why_not(folder)
    assert known is None
    assert "checksum" in why_not

    give_known_faces(folder, None)
    assert not (folder / FACES_FILE).exists()
    assert FACES not in read_preset(folder).files


def test_models_that_learned_the_same_are_told_together(tmp_path: Path) -> None:
    same = KnownFaces(prints(1, 2), prints(3))
    folders = [make_model_folder(tmp_path / name) for name in ("a", "b", "c", "d")]
    for folder in folders[:2]:
        give_known_faces(folder, same)
    give_known_faces(folders[2], KnownFaces(prints(4), prints()))
    found = knowers([*folders, tmp_path / "gone"])
    assert [each.names for each in found] == [("a", "b"), ("c",)]
    assert len(found[0].prints) == 3


def test_a_runs_file_may_be_missing_and_may_not_be_damaged(tmp_path: Path) -> None:
    assert read_faces_file(tmp_path) is None
    (tmp_path / FACES_FILE).write_bytes(b"nonsense")
    with pytest.raises(RunError, match="cannot be read"):
        read_faces_file(tmp_path)
