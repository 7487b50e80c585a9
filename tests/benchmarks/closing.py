"""How long the process takes to end once it is told to, in each state of the window."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.figures import Figure, figure
from tests.helpers.closing import STATES, arguments, close_in

RUNS = 3
MARK_S = 1.0


def run(work: Path) -> list[Figure]:
    """Start and close the application several times in every state."""
    figures = []
    for state in STATES:
        samples = []
        for _ in range(RUNS):
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=work)))
                closed = close_in(state, folder, arguments(state, folder, stack))
            if not closed.is_well:
                raise RuntimeError(f"{state}: {closed}")
            samples.append(closed.seconds)
        print(f"{state}: {max(samples):.2f} s at most", file=sys.stderr, flush=True)
        figures.append(figure("closing", state, samples, "s", mark=MARK_S))
    return figures
