"""How long the process takes to end once it is told to, in each state of the window."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.figures import Figure, figure
from tests.helpers.closing import close_in
from tests.helpers.closing_states import STATES, arguments

RUNS = 3
MARK_S = 1.0


def run(work: Path) -> list[Figure]:
    """Start the application and close it several times in every state, as system and as user."""
    figures = []
    for state in STATES:
        samples = []
        ways = STATES[state].ways
        for run in range(RUNS):
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=work)))
                closed = close_in(
                    state, folder, arguments(state, folder, stack), by=ways[run % len(ways)]
                )
            if not closed.is_well:
                raise RuntimeError(f"{state}: {closed}")
            samples.append(closed.seconds)
        print(f"{state}: {max(samples):.2f} s at most", file=sys.stderr, flush=True)
        figures.append(figure("closing", state, samples, "s", mark=MARK_S))
    return figures
