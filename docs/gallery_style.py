"""The colours of the gallery's pictures: those of the library's own, which colour-blind readers can tell apart."""

from typing import Any

import matplotlib.pyplot as plt

from opsvd._support.axes import COLOURS


def colours(_gallery_conf: dict[str, Any], _script: str) -> None:
    """Set the colours in which curves follow each other, before each script."""
    plt.rcParams["axes.prop_cycle"] = plt.cycler(color=COLOURS)
