"""Tables and long lists as text."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table with its cells aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def shortened(items: Sequence[str], most: int, indent: str = "") -> list[str]:
    """The first items, and how many more there are."""
    more = [f"{indent}and {len(items) - most} more"] if len(items) > most else []
    return [*items[:most], *more]
