"""Who belongs to whom, at the least total cost."""

import math
from collections.abc import Sequence


def assign(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return pairs of row and column with the least sum of costs, as many as the shorter side has.

    The Hungarian algorithm, in the form with shortest augmenting paths. SciPy has it too; importing
    that takes longer than all the faces of a minute.

    Args:
        costs: finite, at least one row, rows of one length.
    """
    if len(costs) > len(costs[0]):
        return sorted((row, column) for column, row in assign(list(zip(*costs, strict=True))))
    cheapest = [min(range(len(row)), key=row.__getitem__) for row in costs]
    if len(set(cheapest)) == len(cheapest):  # nobody is in anybody's way
        return list(enumerate(cheapest))
    return _augmented(costs)


def _augmented(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    rows, columns = len(costs), len(costs[0])
    row_potential, column_potential = [0.0] * rows, [0.0] * (columns + 1)
    row_of: list[int | None] = [None] * (columns + 1)  # the last column is where a row comes in
    for new_row in range(rows):
        column = columns
        row_of[column] = new_row
        distance, came_from = [math.inf] * columns, [columns] * columns
        visited: set[int] = set()
        while (row := row_of[column]) is not None:
            visited.add(column)
            for other in range(columns):
                if other in visited:
                    continue
                reduced = costs[row][other] - row_potential[row] - column_potential[other]
                if reduced < distance[other]:
                    distance[other], came_from[other] = reduced, column
            free = (other for other in range(columns) if other not in visited)
            nearest = min(free, key=distance.__getitem__)
            step = distance[nearest]
            for other in visited:
                holder = row_of[other]
                assert holder is not None
                row_potential[holder] += step
                column_potential[other] -= step
            distance = [length - step for length in distance]
            column = nearest
        while column != columns:
            before = came_from[column]
            row_of[column] = row_of[before]
            column = before
    pairs = ((row, column) for column, row in enumerate(row_of[:columns]) if row is not None)
    return sorted(pairs)
