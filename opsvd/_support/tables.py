"""Results as tables: for pandas, for JSON and for notebooks."""

import math
from abc import ABC, abstractmethod
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from .html import html_table
from .optional import require
from .quad import rounded

Records = list[dict[str, Any]]
"""Rows of a table: numbers and text by name."""

# Rows in a notebook, which then needs no scrolling.
_SHOWN = 12


class Tabular(ABC):
    """A result that is a table as well: a subclass says what its rows are, and what stands above them."""

    @abstractmethod
    def records(self) -> Records:
        """The rows of the table, with the same names in all of them: numbers, and text."""

    @abstractmethod
    def _heading(self) -> tuple[str, str]:
        """What the result is, and a sentence about it, for notebooks."""

    def _note(self) -> str:
        """What stands below the table in notebooks."""
        return ""

    def to_dict(self) -> dict[str, Any]:
        """All attributes that are numbers, arrays, text, or made of these, as Python's own: json.dumps takes it."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}    # type: ignore[arg-type]
        return {name: plain(value) for name, value in given.items() if is_plain(value)}

    def to_pandas(self) -> Any:
        """The table as a pandas.DataFrame with the columns of `records`; needs pandas (the extra ``sweep``)."""
        rows = self.records()
        table = require("pandas", "sweep", f"{type(self).__name__}.to_pandas").DataFrame
        return table(rows) if rows else table(columns=[])

    def _shown(self) -> Records:
        """The rows as notebooks show them."""
        return self.records()

    def _repr_html_(self) -> str:
        """The table for notebooks, of the first rows if they are many, without columns that say nothing."""
        rows = self._shown()
        names = [name for name in (rows[0] if rows else ()) if says_something(name, [row[name] for row in rows])]
        shown = [[cell(row[name]) for name in names] for row in rows[:_SHOWN]]
        more = f"and {len(rows) - _SHOWN} rows more; to_pandas() has all" if len(rows) > _SHOWN else ""
        return html_table(*self._heading(), [name.replace("_", " ") for name in names], shown,
                          "; ".join(filter(None, [more, self._note()])))


def says_something(name: str, column: list[Any]) -> bool:
    """Whether a column holds more than ones for multiplicities, and has a finite number, or text."""
    if name == "multiplicity":
        return any(count != 1 for count in column)
    return any(not isinstance(value, float) or math.isfinite(value) for value in column)


def is_plain(value: object) -> bool:
    """Whether a value is made of numbers and text alone."""
    if isinstance(value, tuple | list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, bool | int | float | complex | str | np.ndarray | np.generic) or (
        is_dataclass(value) and all(is_plain(getattr(value, field.name)) for field in fields(value)))


def plain(value: Any) -> Any:
    """Numbers, arrays and text as Python's own: lists, and dictionaries for objects with names."""
    if isinstance(value, np.ndarray | np.generic):
        return rounded(value).tolist()
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value.record() if hasattr(value, "record") else value


def cell(value: Any) -> str:
    """A number or text as a table shows it; nothing for what is not known."""
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
