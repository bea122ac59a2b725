"""The engines that are known by name."""

from collections.abc import Callable
from functools import partial
from typing import Any

from .._support.validation import one_of
from .array_blocks import ArrayBlocks
from .auto import Auto
from .dask_blocks import DaskBlocks
from .dense import Dense
from .engine import Engine
from .low_rank import LowRank
from .row_blocks import RowBlocks

ENGINES: dict[str, Callable[[], Engine]] = {
    "auto": Auto,
    "dense": Dense,
    "low-rank": LowRank,
    "row-blocks": RowBlocks,
    "dask": DaskBlocks,
    "torch": partial(ArrayBlocks, library="torch"),
    "cupy": partial(ArrayBlocks, library="cupy"),
}
"""The engines that ``monte_carlo(..., engine=name)`` knows by name."""


def as_engine(engine: Any) -> Engine:
    """Return the engine for a name, or the object itself."""
    if isinstance(engine, Engine):
        return engine
    return ENGINES[one_of(engine, "engine", ENGINES, "leave it out to have it chosen", " or an Engine object")]()
