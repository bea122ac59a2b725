"""Counting from the first."""

import numpy as np

__all__ = ["leading_count"]


def leading_count(holds: np.ndarray) -> int:
    """How many entries are true before the first that is not."""
    return int(np.argmin(np.append(holds, False)))
