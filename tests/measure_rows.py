"""Rows of the table of arguments for the measures on the line."""

import numpy as np
from argument_table import POINTS, row
from bad_arguments import NONE, NOTHING, NUMBERS, POSITIVE, SEEDS

import opsvd

BELOW_ONE = {"zero", "zero float", "minus one", "minus half", "-10^30", "1e-300"}
ABOVE_ZERO = POSITIVE
INSIDE = {"floats", "empty list", "one and a half", "1e-300", "true", "empty array", "array", "array 2 x 3",
          "array 2 x 2 x 2"}
FAILING = {"class", "function that fails"}
DRAWN = {"n": 2, "rng": 0}
FALLING = opsvd.Pushforward(opsvd.Uniform(), np.negative, np.negative)
HALVES = opsvd.Mixture([opsvd.Uniform(), opsvd.Exponential()])
ATOMS = opsvd.Discrete([0.0, 1.0], [0.5, 0.5])

row("Uniform", lambda: opsvd.Uniform, low=BELOW_ONE, high=ABOVE_ZERO)
row("Beta", lambda: opsvd.Beta, lambda: {"a": 2.0, "b": 3.0}, a=POSITIVE, b=POSITIVE,
    low=BELOW_ONE, high=ABOVE_ZERO)
row("Exponential", lambda: opsvd.Exponential, rate=POSITIVE)
row("Gamma", lambda: opsvd.Gamma, lambda: {"shape": 2.0}, shape=POSITIVE, scale=POSITIVE)
row("StudentT", lambda: opsvd.StudentT, lambda: {"df": 2.0}, df=POSITIVE, mean=NUMBERS, scale=POSITIVE)
row("LogNormal", lambda: opsvd.LogNormal, mean=NUMBERS - {"10^12", "10^30", "-10^30", "1e300"},
    std={"one and a half", "two float", "number as array", "estimate"})
row("Density", lambda: opsvd.Density, lambda: {"pdf": lambda x: np.full(x.shape, 0.5), "support": (0.0, 2.0)},
    pdf=FAILING, support=NOTHING, breaks=INSIDE, near=INSIDE, fails=FAILING)
row("Mixture", lambda: opsvd.Mixture, lambda: {"components": [opsvd.Uniform(), opsvd.Exponential()]},
    components=NOTHING, weights=NONE)
row("Pushforward", lambda: opsvd.Pushforward, lambda: {"measure": opsvd.Uniform(), "map": np.exp, "inverse": np.log},
    measure={"measure"}, map=FAILING, inverse=FAILING,
    fails=FAILING | {"measure"})

for name, measure in (("Uniform", opsvd.Uniform()), ("Beta", opsvd.Beta(2.0, 3.0)), ("Gamma", opsvd.Gamma(2.0)),
                      ("Exponential", opsvd.Exponential()), ("StudentT", opsvd.StudentT(3.0)), ("Mixture", HALVES),
                      ("Discrete", ATOMS), ("Pushforward", FALLING)):
    row(f"{name}.sample", lambda measure=measure: measure.sample, lambda: DRAWN, n=NOTHING, rng=SEEDS)
    row(f"{name}.sqrt_density", lambda measure=measure: measure.sqrt_density, t=POINTS)
row("Uniform.gauss_rule", lambda: opsvd.Uniform().gauss_rule, n=NOTHING)
row("Uniform.unwhiten", lambda: opsvd.Uniform().unwhiten, lambda: {"z": np.ones((3, 1))}, z={"one integer"})
