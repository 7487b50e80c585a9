from pathlib import Path

import numpy as np
import pytest

from tests.helpers.data import shared_data
from tests.trainer.conftest import face, write_csv
from trainer.config import DataSource
from trainer.contract.labels import LABEL_SETS
from trainer.data.readers import load_dataset
from trainer.data.votes import COLUMNS, read_votes, vote_targets
from trainer.errors import DataError

HEADER = "Usage,Image name," + ",".join(COLUMNS) + "\n"


def _votes(**counts: int) -> list[int]:
    return [counts.get(name, 0) for name in COLUMNS]


def test_single_votes_are_dropped_and_more_than_half_decides() -> None:
    votes = np.array(
        [
            _votes(happiness=8, neutral=2),
            _votes(happiness=5, neutral=5),
            _votes(happiness=4, neutral=3, fear=1, anger=1, contempt=1),
            _votes(nf=9, neutral=1),
            _votes(contempt=6, sadness=4),
        ]
    )
    targets = vote_targets(votes, LABEL_SETS["fer7"])
    happy, neutral = 3, 6
    assert targets.decided.tolist() == [True, False, True, False, False]
    assert targets.usable.tolist() == [True, True, True, False, False]
    assert targets.majority[0].argmax() == happy
    assert targets.soft[0, happy] == pytest.approx(0.8)
    assert targets.soft[2, neutral] == pytest.approx(3 / 7)


@pytest.mark.parametrize(("labels", "count"), [("ferplus8", 3153), ("fer7", 3137), ("fer4", 2763)])
def test_private_test_has_as_many_decided_faces_as_the_authors_count(
    labels: str, count: int
) -> None:
    path = shared_data() / "fer2013" / "fer2013new.csv"
    targets = vote_targets(read_votes(path, 35887), LABEL_SETS[labels])
    assert targets.decided[-3589:].sum() == count


def test_training_sees_shares_and_tests_the_majority(tmp_path: Path) -> None:
    usages = ["Training"] * 4 + ["PublicTest", "PrivateTest"]
    data = write_csv(
        tmp_path / "fer2013.csv", [(0, face(at, at), use) for at, use in enumerate(usages)]
    )
    votes = tmp_path / "votes.csv"
    row = ",".join(map(str, _votes(sadness=5, fear=5)))
    clear = ",".join(map(str, _votes(fear=7, sadness=3)))
    votes.write_text(HEADER + f",,{clear}\n" + f",,{row}\n" * 4 + f",,{clear}\n")
    source = DataSource(path=data, votes=votes)
    dataset = load_dataset(source, labels=LABEL_SETS["fer7"], size_px=16)
    assert [len(dataset.rows(split)) for split in ("train", "validation", "test")] == [4, 0, 1]
    np.testing.assert_allclose(dataset.targets[0].max(), 0.7)
    np.testing.assert_allclose(dataset.targets[5].max(), 1.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n", "row 1: no column neutral"),
        (HEADER + ",,x" + ",0" * 9 + "\n", "row 2: votes must be whole numbers"),
        (HEADER + ",,1\n", "row 2: votes must be whole numbers"),
        (HEADER, "has votes for 0 rows, the faces have 1"),
    ],
)
def test_wrong_votes_are_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        read_votes(path, 1)


def test_labels_that_nobody_could_vote_for_are_named() -> None:
    with pytest.raises(DataError, match="no votes for the label bored"):
        vote_targets(np.array([_votes(fear=10)]), ("fear", "bored"))
