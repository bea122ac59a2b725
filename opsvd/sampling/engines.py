"""The engines that are known by name."""

from typing import Any

from .dense import Dense
from .engine import Engine

__all__ = ["ENGINES", "as_engine"]

ENGINES: dict[str, type[Engine]] = {"auto": Dense, "dense": Dense}
"""The engines that ``monte_carlo(..., engine=name)`` knows by name."""


def as_engine(engine: Any) -> Engine:
    """Return the engine for a name, or the object itself."""
    if isinstance(engine, str) and engine in ENGINES:
        return ENGINES[engine]()
    if isinstance(engine, Engine):
        return engine
    raise ValueError(f"engine must be one of {', '.join(map(repr, ENGINES))} or an Engine object, got {engine!r}; "
                     f"leave it out to have it chosen")
