import os

import pytest

from trainer.contract.progress import Note, decode
from trainer.fit.progress_report import json_report

pytestmark = pytest.mark.unit


def test_a_training_outlives_the_program_that_reads_it() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream:
        report = json_report(stream)
        report(Note(text="heard"))
        assert decode(os.read(reader, 1000).decode()) == Note(text="heard")
        os.close(reader)
        for _ in range(3):
            report(Note(text="unheard"))
