"""Values that arguments are called with in `test_arguments`, and those of them that usual kinds of argument take."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import opsvd
from opsvd.sampling import Dense


def _unfit(x: Any, y: Any, z: Any) -> Any:
    return x + y + z


def _failing(*_: Any) -> Any:
    raise LookupError("a function of the user's failed")


# Made anew for each call: some are used up, and some are changed by what they are given to.
VALUES: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "text": lambda: "abc",
    "number as text": lambda: "3",
    "empty text": lambda: "",
    "bytes": lambda: b"abc",
    "floats": lambda: [0.5, 0.25],
    "integers": lambda: [2, 3],
    "one integer": lambda: [4],
    "empty list": list,
    "nested": lambda: [[1.0, 2.0], [3.0, 4.0]],
    "ragged": lambda: [[1.0, 2.0], [3.0]],
    "list of text": lambda: ["a", "b"],
    "list of None": lambda: [None, None],
    "dict": lambda: {"a": 1},
    "set": lambda: {1, 2},
    "object": object,
    "class": lambda: int,
    "exception": lambda: ValueError("no"),
    "ellipsis": lambda: ...,
    "slice": lambda: slice(None),
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "minus inf": lambda: -math.inf,
    "zero": lambda: 0,
    "zero float": lambda: 0.0,
    "minus one": lambda: -1,
    "minus half": lambda: -0.5,
    "one and a half": lambda: 1.5,
    "two float": lambda: 2.0,
    "10^12": lambda: 10**12,
    "10^30": lambda: 10**30,
    "10^400": lambda: 10**400,
    "-10^30": lambda: -(10**30),
    "1e300": lambda: 1e300,
    "1e-300": lambda: 1e-300,
    "true": lambda: True,
    "false": lambda: False,
    "complex": lambda: 1.0 + 2.0j,
    "empty array": lambda: np.zeros(0),
    "array": lambda: np.array([0.5, 0.25]),
    "array 2 x 3": lambda: np.ones((2, 3)),
    "array 2 x 2 x 2": lambda: np.ones((2, 2, 2)),
    "array of nan": lambda: np.array([math.nan, 1.0]),
    "array of inf": lambda: np.array([math.inf, 1.0]),
    "negative array": lambda: np.array([-0.5, -1.0]),
    "rising array": lambda: np.array([1.0, 2.0]),
    "array of complex": lambda: np.array([1.0j, 2.0]),
    "array of objects": lambda: np.array([None, "a"], dtype=object),
    "array of text": lambda: np.array(["a", "b"]),
    "array of dates": lambda: np.array(["2024-10-01"], dtype="datetime64[D]"),
    "number as array": lambda: np.array(2.0),
    "numpy nan": lambda: np.float64(math.nan),
    "function of none": lambda: lambda: 1.0,
    "function of one": lambda: lambda x: x,
    "function of three": lambda: _unfit,
    "function of text": lambda: lambda *_: "abc",
    "function of complex": lambda: lambda *_: 1.0j,
    "function of None": lambda: lambda *_: None,
    "function that fails": lambda: _failing,
    "function of two": lambda: lambda x, y: x * y,
    "generator": lambda: (i for i in (1, 2)),
    "module": lambda: np,
    "path": lambda: Path("nowhere") / "at all",
    "measure": opsvd.Gaussian,
    "measure of vectors": lambda: opsvd.Gaussian.standard(2),
    "kernel": lambda: opsvd.Kernel(lambda x, y: x * y),
    "kernel of vectors": lambda: opsvd.elementwise(lambda z: z, 3),
    "method": lambda: opsvd.HermiteGalerkin(degree=60),
    "engine": Dense,
    "estimate": lambda: opsvd.Estimate(2.0, 0.1),
    "random": lambda: np.random.default_rng(0),
}

NONE = {"None"}
NUMBERS = {"zero", "zero float", "minus one", "minus half", "one and a half", "two float", "10^12", "10^30", "-10^30",
           "1e300", "1e-300", "number as array", "estimate"}
POSITIVE = NUMBERS - {"zero", "zero float", "minus one", "minus half", "-10^30"}
NOT_NEGATIVE = POSITIVE | {"zero", "zero float"}
TOLERANCES = {"1e-300"}
COUNTS = {"10^12"}
FLAGS = {"true", "false"}
TEXTS = {"text", "number as text", "empty text"}
SEEDS = NONE | {"zero", "10^12", "10^30", "10^400", "integers", "one integer", "empty list", "empty array", "random"}
EMPTY = {"empty list", "empty array"}
VECTORS = EMPTY | {"floats", "integers", "one integer", "array", "negative array", "rising array"}
ARRAYS = NUMBERS | FLAGS | VECTORS | {"nested", "array 2 x 3", "array 2 x 2 x 2"}
NOT_FINITE = {"nan", "inf", "minus inf", "numpy nan", "array of nan", "array of inf"}
NOTHING: set[str] = set()
