"""Every public function and method, with arguments that fit, and those of `bad_arguments` that fit as well."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from bad_arguments import (
    ARRAYS,
    COUNTS,
    EMPTY,
    FLAGS,
    NONE,
    NOT_FINITE,
    NOT_NEGATIVE,
    NOTHING,
    NUMBERS,
    POSITIVE,
    SEEDS,
    TEXTS,
    TOLERANCES,
    VALUES,
    VECTORS,
)
from matplotlib.figure import Figure
from quiet import quietly

import opsvd
from opsvd import essay, exact, kernels, methods, sampling, spectrum, testing
from opsvd.prediction import finite_size

PLANE = opsvd.Gaussian.standard(2)
ROWS: dict[str, "Row"] = {}
"""By name, which begins with that of the class for methods."""


@dataclass(frozen=True)
class Row:
    """A function of the table: how to get it, arguments that fit, and for each argument the values that fit too."""

    function: Callable[[], Callable[..., Any]]
    fitting: Callable[[], dict[str, Any]]
    accepts: dict[str, set[str]]
    fails: set[str]
    costly: bool


def row(name: str, function: Callable[[], Callable[..., Any]], fitting: Callable[[], dict[str, Any]] = dict, /,
        fails: set[str] = NOTHING, costly: bool = False, **accepts: set[str]) -> None:
    """Add a row.

    In `fails` stand functions among the values that are accepted, and then fail by themselves. Of the values that a
    costly function accepts a few are tried.
    """
    ROWS[name] = Row(function, fitting, accepts, fails, costly)


def product(x, y):
    """The cheapest kernel: of rank one."""
    return x * y


@cache
def line():
    """A decomposition of numbers."""
    return opsvd.decompose(lambda x, y: np.sin(0.5 * x * y), rtol=1e-4)


@cache
def saved():
    """A file with a decomposition of the product."""
    path = Path(tempfile.mkdtemp()) / "product.npz"
    opsvd.decompose(product).save(path)
    return path


@cache
def whole_spectrum():
    """The law of a sampled spectrum."""
    return sectors().equivalent(9)


@cache
def sectors():
    """One of a function of <x, y>."""
    return opsvd.decompose(opsvd.elementwise(lambda z: z + z**3 / 6.0, 3), rtol=1e-3)


@cache
def tensor():
    """One of vectors without symmetry."""
    return opsvd.decompose(lambda x, y: x[..., 0] * y[..., 1] + x[..., 1], PLANE, PLANE, rtol=1e-4)


@cache
def blocks():
    """A kernel of blocks."""
    return opsvd.blockwise(lambda z: z / np.linalg.norm(z, axis=(-2, -1), keepdims=True), 2)


@cache
def grid():
    """A decomposition of a kernel with matrices for values."""
    return opsvd.decompose(matrices(), rtol=1e-4)


@cache
def matrices():
    """A kernel with matrices for values."""
    return opsvd.MatrixKernel(lambda x, y: (x * y)[..., None, None] * np.eye(2))


@cache
def points():
    """A decomposition by quasi-random points."""
    five = opsvd.Gaussian.standard(5)
    return quietly(lambda x, y: np.tanh((x * y**2).sum(axis=-1)), five, five, rtol=0.2)


@cache
def sampled():
    """Two sampled matrices."""
    return opsvd.monte_carlo(product, 10, trials=2, rng=0)


@cache
def check():
    """A cross-check."""
    return opsvd.crosscheck(product, (10, 20), trials=2, rng=0)


@cache
def jump():
    """A law of decay whose sum diverges."""
    return opsvd.decay_law(1.0 / np.arange(1.0, 101.0))


@cache
def equivalent():
    """The law of five rows."""
    return opsvd.deterministic_equivalent([1.0], [2], 5)


def stored():
    """A small matrix for engines."""
    return sampling.StoredMatrix(np.diag([3.0, 2.0, 1.0]))


@cache
def axes():
    """New axes, unknown to pyplot."""
    return Figure().subplots()


H = {"kernel", "kernel of vectors", "function of two", "function of complex"}
# Arrays of numbers are samples.
MEASURES = {"measure", "floats", "integers", "one integer", "array", "negative array", "rising array"}
ZEROS = {"zero", "zero float"}
PAIRS = {"floats", "integers", "array", "negative array", "rising array"}
LARGE = COUNTS | {"integers", "one integer", "empty list", "two float", "1e300", "empty array", "number as array",
                  "estimate"}
OF_ONE = {"function of one", "class", "function of text", "function of complex", "function of None",
          "function that fails"}
OF_TWO = {"function of two", "class", "function of text", "function of complex", "function of None",
          "function that fails", "kernel", "kernel of vectors"}
SINGULAR = {"nan", "inf", "minus inf", "numpy nan"}
BROKEN = {"array of nan", "array of inf"}
ENGINES = {"engine"}
METHODS = {"method"}
SPECTRUM = {"multiplicities": NONE | PAIRS - {"negative array"}, "tail": NONE,
            "errors": NONE | PAIRS - {"negative array"} | {"array of inf"}}
SIZES = {"one integer", "integers"}
TWO_SAMPLES = {"nested", "ragged", "array 2 x 3"}

# Decompositions, and what is compared with them.
row("decompose", lambda: opsvd.decompose, lambda: {"h": lambda x, y: 0, "rtol": 1e-2}, h=H,
    mu_x=MEASURES | {"measure of vectors", "nested", "array 2 x 3"},
    mu_y=MEASURES | {"measure of vectors", "nested", "array 2 x 3"}, rtol=NONE | TOLERANCES,
    max_rank=NONE | COUNTS, method=METHODS, max_evaluations=NONE | COUNTS, max_seconds=POSITIVE - {"1e-300"},
    progress=NONE | FLAGS | OF_TWO, precision=NOTHING, fails=OF_TWO)
row("erf", lambda: opsvd.erf, lambda: {"x": [0.5, 1.0]}, x=ARRAYS - {"10^30", "-10^30"} | NOT_FINITE)
row("dependence", lambda: opsvd.dependence, lambda: {"source": [[3, 1], [1, 2]]}, source={"nested", "array 2 x 3"},
    mu_x=NONE, mu_y=NONE, rtol=TOLERANCES, max_rank=NONE | COUNTS, max_evaluations=NONE | COUNTS,
    max_seconds=POSITIVE - {"1e-300"})
row("break_points", lambda: opsvd.break_points, lambda: {"h": product}, h=H - {"kernel of vectors"}, mu_x=MEASURES,
    mu_y=MEASURES, max_evaluations=COUNTS, max_seconds=POSITIVE)
row("crosscheck", lambda: opsvd.crosscheck, lambda: {"h": product, "n": 10, "trials": 2, "rng": 0}, costly=True, h=H,
    n=SIZES | {"generator"}, mu_x=MEASURES, mu_y=MEASURES, trials=NOTHING, rank=NONE | COUNTS, rng=SEEDS, svd=NONE)
row("check_matrix", lambda: opsvd.check_matrix, lambda: {"matrix": np.ones((5, 4)), "svd": line()},
    matrix={"nested", "array 2 x 3"}, svd=NOTHING, rank=NONE | COUNTS, engine=ENGINES)
row("load", lambda: opsvd.load, lambda: {"path": saved()}, path=NOTHING, h=NONE | {"kernel", "function of two"})
row("parse_kernel", lambda: opsvd.parse_kernel, text={"number as text"})
row("deterministic_equivalent", lambda: opsvd.deterministic_equivalent,
    lambda: {"values": [1.0, 0.5], "multiplicities": [3, 5], "n": 10},
    values=PAIRS - {"negative array"}, multiplicities=PAIRS - {"negative array"},
    n=COUNTS, m=NONE | COUNTS, tail_energy=NOT_NEGATIVE)
row("finite_size.predict", lambda: finite_size.predict,
    lambda: {"singular_values": [1.0, 0.5], "left_moments": np.ones((2, 2)), "right_moments": np.ones((2, 2)), "n": 10},
    singular_values={"floats", "array"}, left_moments={"nested"}, right_moments={"nested"}, n=COUNTS, m=NONE | COUNTS,
    multiplicities=NONE | {"integers", "rising array"}, left_mixed=NONE | OF_ONE, right_mixed=NONE | OF_ONE,
    beyond=PAIRS - {"negative array"} | {"generator", "array of inf"}, most_beyond=NOT_NEGATIVE | {"inf"})

# Kernels.
row("Kernel", lambda: opsvd.Kernel, lambda: {"h": product}, h=H - {"kernel of vectors"}, name=NONE | TEXTS,
    measures=NONE | TWO_SAMPLES, dims=NOTHING)
row("as_kernel", lambda: kernels.as_kernel, lambda: {"h": product}, h=H, dims=NOTHING, measures=NONE | TWO_SAMPLES)
PHI = {"function of one", "function of complex"}
row("elementwise", lambda: opsvd.elementwise, lambda: {"phi": np.sin}, phi=PHI, k=COUNTS | {"one integer"},
    kinks=VECTORS)
row("Elementwise", lambda: opsvd.Elementwise, lambda: {"phi": np.sin, "k": 1, "kinks": ()}, phi=PHI, k=COUNTS,
    kinks=VECTORS)
row("blockwise", lambda: opsvd.blockwise, lambda: {"phi": np.sin, "b": 2}, phi={"function of one"}, b=NOTHING, k=COUNTS)
row("BlockKernel", lambda: opsvd.BlockKernel, lambda: {"phi": np.sin, "b": 2, "k": 1}, phi={"function of one"},
    b=NOTHING, k=COUNTS)
row("MatrixKernel", lambda: opsvd.MatrixKernel, lambda: {"h": lambda x, y: (x * y)[..., None, None] * np.eye(2)},
    h=NOTHING, dims=NOTHING, name=NONE | TEXTS, measures=NONE | TWO_SAMPLES)
POINTS = ARRAYS - {"10^30", "-10^30"} | NOT_FINITE
IN_PLANE = {"floats", "integers", "nested", "array", "array 2 x 2 x 2", "array of nan", "array of inf",
            "negative array", "rising array"}
for name, kernel in (("Kernel", lambda: opsvd.Kernel(product)), ("Elementwise", lambda: opsvd.elementwise(np.sin)),
                     ("MatrixKernel", matrices)):
    row(f"{name}.__call__", kernel, lambda: {"x": 0.5, "y": 0.5}, x=POINTS, y=POINTS)
    row(f"{name}.grid", lambda kernel=kernel: kernel().grid, lambda: {"x": [0.5], "y": [0.5]},
        x=VECTORS | {"array of nan", "array of inf"}, y=VECTORS | {"array of nan", "array of inf"})
row("BlockKernel.grid", lambda: blocks().grid, lambda: {"x": np.ones(2), "y": np.ones(2)}, fails=BROKEN,
    x=VECTORS - {"one integer"} | BROKEN, y=VECTORS - {"one integer"} | BROKEN)
row("BlockKernel.__call__", blocks, lambda: {"x": 0.5, "y": 0.5}, x=NOTHING, y=NOTHING)
row("BlockKernel.blocks", lambda: blocks().blocks, lambda: {"x": np.ones((1, 2, 1)), "y": np.ones((1, 2, 1))},
    x=NOTHING, y=NOTHING)
row("BlockKernel.beside", lambda: blocks().beside, lambda: {"x": np.ones((1, 2, 1)), "y": np.ones((1, 2, 1))},
    x=NOTHING, y=NOTHING)

# Measures.
row("Gaussian", lambda: opsvd.Gaussian, mean=NUMBERS | PAIRS, std=POSITIVE)
row("GaussianVector", lambda: opsvd.GaussianVector, lambda: {"mean": [0.0, 1.0]}, mean=PAIRS, cov=POSITIVE)
row("Gaussian.standard", lambda: opsvd.Gaussian.standard, k=NOTHING)
row("Gaussian.sample", lambda: opsvd.Gaussian().sample, lambda: {"n": 2, "rng": 0}, n=NOTHING, rng=SEEDS)
row("Gaussian.sqrt_density", lambda: opsvd.Gaussian().sqrt_density, x=POINTS)
row("Gaussian.gauss_rule", lambda: opsvd.Gaussian().gauss_rule, n=NOTHING)
row("Discrete", lambda: opsvd.Discrete, lambda: {"points": [0.0, 1.0], "probabilities": [0.3, 0.7]},
    points=PAIRS | {"nested", "array 2 x 3"}, probabilities=NOTHING)
row("Empirical", lambda: opsvd.Empirical, lambda: {"points": [0.0, 1.0]}, weights=NONE | PAIRS - {"negative array"},
    points=VECTORS - EMPTY | {"nested", "array 2 x 3"})
row("GaussianVector.sample", lambda: PLANE.sample, lambda: {"n": 2, "rng": 0}, n=NOTHING, rng=SEEDS)
row("GaussianVector.sqrt_density", lambda: PLANE.sqrt_density, x=IN_PLANE)
row("GaussianVector.gauss_rule", lambda: PLANE.gauss_rule, n=NOTHING)
row("Sphere", lambda: opsvd.Sphere, lambda: {"k": 3}, k=NOTHING, radius=POSITIVE)
row("Ball", lambda: opsvd.Ball, lambda: {"k": 3}, k=NOTHING, radius=POSITIVE)
row("Rotational", lambda: opsvd.Rotational, lambda: {"k": 3, "lengths": opsvd.Exponential()}, k=NOTHING,
    lengths=NOTHING)
row("Product.sample", lambda: opsvd.Product(opsvd.Uniform(), opsvd.Gaussian()).sample, lambda: {"n": 2, "rng": 0},
    n=NOTHING, rng=SEEDS)
row("Product.unwhiten", lambda: opsvd.Product(opsvd.Uniform(), opsvd.Gaussian()).unwhiten,
    lambda: {"z": np.ones((3, 2))}, z=IN_PLANE)
row("Gaussian.unwhiten", lambda: opsvd.Gaussian().unwhiten, lambda: {"z": np.ones((3, 1))},
    z={"one integer"})
for name, kind in (("Sphere", lambda: opsvd.Sphere(2)), ("Ball", lambda: opsvd.Ball(2)),
                   ("Rotational", lambda: opsvd.Rotational(2, opsvd.Exponential()))):
    row(f"{name}.sample", lambda kind=kind: kind().sample, lambda: {"n": 2, "rng": 0}, n=NOTHING, rng=SEEDS)
    row(f"{name}.unwhiten", lambda kind=kind: kind().unwhiten, lambda: {"z": np.ones((3, 2))}, z=IN_PLANE)
row("GaussianVector.whiten", lambda: PLANE.whiten, x=IN_PLANE)
row("GaussianVector.unwhiten", lambda: PLANE.unwhiten, z=IN_PLANE)

# Methods.
row("Polynomials", lambda: opsvd.Polynomials, lambda: {"degree": 20}, degree=NONE, quadrature=NONE)
row("HermiteGalerkin", lambda: opsvd.HermiteGalerkin, lambda: {"degree": 20}, degree=NONE, quadrature=NONE)
row("ScaledHermite", lambda: opsvd.ScaledHermite, leading=FLAGS)
row("FiniteRank", lambda: opsvd.FiniteRank)
row("GaussianKernel", lambda: opsvd.GaussianKernel)
row("Auto", lambda: methods.Auto)
row("Logarithmic", lambda: opsvd.Logarithmic, max_nodes=COUNTS)
row("Panels", lambda: opsvd.Panels, max_nodes=COUNTS)
row("ProductIntegration", lambda: opsvd.ProductIntegration, modes=COUNTS, max_nodes=COUNTS)
row("Ridge", lambda: opsvd.Ridge, lambda: {"b": 1.0}, b=NUMBERS - ZEROS, max_nodes=COUNTS)
row("Atoms", lambda: opsvd.Atoms, complete=COUNTS, stored=COUNTS | {"zero"}, checked=COUNTS | {"zero"},
    max_rank=COUNTS)
row("UniformPanels", lambda: opsvd.UniformPanels, panels=NOTHING)
row("as_method", lambda: methods.as_method, method=METHODS)

# Results.
row("OperatorSVD.__call__", line, lambda: {"x": 0.5, "y": 0.5}, x=POINTS - NOT_FINITE, y=POINTS - NOT_FINITE)
row("OperatorSVD.effective_rank", lambda: line().effective_rank, kind=NOTHING)
row("OperatorSVD.metric_entropy", lambda: line().metric_entropy, lambda: {"eps": 0.1}, eps=POSITIVE)
row("OperatorSVD.equivalent", lambda: sectors().equivalent, lambda: {"n": 10}, n=COUNTS, m=NONE | COUNTS)
row("OperatorSVD.plot", lambda: line().plot, ax=NONE)
row("OperatorSVD.predict", lambda: line().predict, lambda: {"n": 10}, n=COUNTS, m=NONE | COUNTS)
row("OperatorSVD.save", lambda: line().save, path={"text", "number as text"})
row("OperatorSVD.truncate", lambda: line().truncate, rank=COUNTS)
FINITE = POINTS - NOT_FINITE
for name, svd, good in (("", line, FINITE), (" of products", tensor, IN_PLANE - BROKEN), (" on a grid", grid, FINITE),
                        (" at points", points, NOTHING)):
    row(f"SingularFunctions{name}.__call__", lambda svd=svd: svd().left, x=good)
    row(f"SingularFunctions{name}.extend", lambda svd=svd: svd().left.extend, x=good)
    row(f"SingularFunctions{name}.inner", lambda svd=svd: svd().left.inner, other=NOTHING)
row("SingularFunctions of sectors.__call__", lambda: sectors().left, x={"array 2 x 3"})
row("OperatorSVD.factors", lambda: line().factors, lambda: {"x": [0.5, 1.0], "y": [0.5]}, x=VECTORS - NOT_FINITE,
    y=VECTORS - NOT_FINITE)
row("CrossCheck.plot", lambda: check().plot, ax=NONE)
row("CrossCheck.plot_effective_rank", lambda: check().plot_effective_rank, ax=NONE)
row("DecayLaw.plot", lambda: jump().plot, ax=NONE)
row("DeterministicEquivalent.plot", lambda: equivalent().plot, ax=NONE)
row("FiniteSizePrediction.plot", lambda: line().predict(50).plot, ax=NONE)
row("MatrixCheck.plot", lambda: opsvd.check_matrix(np.ones((9, 9)), line()).plot, ax=NONE)
row("MonteCarloSpectrum.plot", lambda: sampled().plot, ax=NONE)
row("MonteCarloSweep.plot", lambda: opsvd.monte_carlo_sweep(product, [4, 5], rng=0).plot, ax=NONE)
row("RadialEquivalent.plot", lambda: whole_spectrum().plot, ax=NONE)
for name in ("plot", "biplot"):
    row(f"Dependence.{name}", lambda name=name: getattr(opsvd.dependence(np.diag([3, 4, 5]) + 1), name), ax=NONE)
for name, law in (("DeterministicEquivalent", equivalent),
                  ("RadialEquivalent", whole_spectrum)):
    row(f"{name}.quantiles", lambda law=law: law().quantiles,
        fractions=ZEROS | EMPTY | FLAGS | {"floats", "1e-300", "array", "array 2 x 3", "array 2 x 2 x 2"})
    row(f"{name}.density", lambda law=law: law().density, s=ARRAYS - {"10^30", "false"} & (
        POSITIVE | VECTORS | {"true", "nested", "array 2 x 3", "array 2 x 2 x 2"}) - {"negative array"})
row("DecayLaw.nuclear_growth", lambda: jump().nuclear_growth, n=LARGE)
row("DecayLaw.effective_rank_growth", lambda: jump().effective_rank_growth, lambda: {"n": 10, "norm": 1.0},
    n=LARGE, norm=POSITIVE)
row("DecayLaw.growth", lambda: jump().growth, norm=NONE | POSITIVE)
row("DecayLaw.sentence", lambda: jump().sentence, norm=NONE | POSITIVE)
row("MonteCarloSpectrum.effective_rank", lambda: sampled().effective_rank, kind=NOTHING)
row("MonteCarloSpectrum.effective_rank_error", lambda: sampled().effective_rank_error, kind=NOTHING)
row("MatrixSpectrum.effective_rank", lambda: sampled().matrices[0].effective_rank, kind=NOTHING)

# Sampling.
DRAWN = {"h": H, "mu_x": MEASURES, "mu_y": MEASURES}
row("sample_matrix", lambda: opsvd.sample_matrix, lambda: {"h": product, "n": 4}, **DRAWN, n=NOTHING, m=NONE, rng=SEEDS)
row("draw_sample", lambda: sampling.draw_sample, lambda: {"h": product, "n": 4}, **DRAWN, n=NOTHING, m=NONE, rng=SEEDS)
row("draw_matrix", lambda: sampling.draw_matrix,
    lambda: {"kernel": opsvd.Kernel(product), "shape": (3, 4), "mu_x": opsvd.Gaussian(), "mu_y": opsvd.Gaussian(),
             "rng": 0}, kernel={"kernel", "kernel of vectors"},
    shape={"integers", "generator"}, mu_x=MEASURES, mu_y=MEASURES, rng=SEEDS)
row("monte_carlo", lambda: opsvd.monte_carlo, lambda: {"h": product, "n": 4}, **DRAWN, n=NOTHING, m=NONE,
    trials=NOTHING, rank=NONE, rng=SEEDS, engine=ENGINES, workers=COUNTS, progress=NONE | FLAGS | OF_TWO,
    fails=OF_TWO)
row("monte_carlo_sweep", lambda: opsvd.monte_carlo_sweep, lambda: {"h": product, "sizes": [4]}, **DRAWN,
    sizes=SIZES | {"generator"},
    trials=NOTHING, rank=NONE | COUNTS, rng=SEEDS, engine=ENGINES, workers=COUNTS, progress=NONE | FLAGS | OF_TWO,
    fails=OF_TWO)
row("sampling_cost", lambda: opsvd.sampling_cost, lambda: {"h": product, "n": 4}, **DRAWN, n=NOTHING, m=NONE,
    rank=NONE | COUNTS, engine=ENGINES)
row("iid", lambda: sampling.iid, lambda: {"n": 4}, n=NOTHING, trials=NOTHING, rank=NONE, rng=SEEDS, engine=ENGINES)
row("iid_gaussian", lambda: opsvd.iid_gaussian, lambda: {"n": 4}, n=NOTHING, rng=SEEDS)
row("near_equal", lambda: sampling.near_equal, lambda: {"singular_values": [1.0, 0.5], "gap": 0.1},
    singular_values=VECTORS - {"integers", "rising array"}, gap=NOT_NEGATIVE)
row("subspace_error", lambda: opsvd.subspace_error,
    lambda: {"vectors": np.eye(5, 4), "functions": np.eye(5, 4), "groups": [[0], [1]]}, vectors=NOTHING,
    functions=NOTHING, groups=NOTHING)
row("StoredMatrix", lambda: sampling.StoredMatrix, array={"nested", "array 2 x 3"})
row("KernelMatrix", lambda: sampling.KernelMatrix,
    lambda: {"kernel": opsvd.Kernel(product), "x": np.ones(2), "y": np.ones(3)}, kernel={"kernel"}, x=VECTORS - EMPTY,
    y=VECTORS - EMPTY)
row("BlockMatrix", lambda: sampling.BlockMatrix, lambda: {"kernel": blocks(), "x": np.ones(2), "y": np.ones(4)},
    kernel=NOTHING, x=PAIRS, y=PAIRS)
SEED = {"zero", "10^12"}
ITERATED = {"width": NONE | COUNTS, "rtol": TOLERANCES, "rounds": COUNTS, "lanczos": COUNTS | {"zero"},
            "probes": COUNTS, "dtype": NOTHING, "memory": POSITIVE, "seed": SEED}
row("LowRank", lambda: sampling.LowRank, rtol=TOLERANCES, max_rank=COUNTS, seed=SEED)
row("RowBlocks", lambda: sampling.RowBlocks, **ITERATED)
row("DaskBlocks", lambda: sampling.DaskBlocks, **ITERATED, block=POSITIVE)
row("ArrayBlocks", lambda: sampling.ArrayBlocks, **ITERATED, library=TEXTS - {"empty text"}, function=NONE | OF_TWO,
    device=set(VALUES))
for name in ("Auto", "Dense", "LowRank", "RowBlocks"):
    engine = getattr(sampling, name)
    row(f"sampling.{name}.spectrum", lambda engine=engine: engine().spectrum, lambda: {"matrix": stored()},
        matrix=NOTHING, rank=NONE | COUNTS, tick=OF_ONE, fails=OF_ONE)
    row(f"sampling.{name}.cost", lambda engine=engine: engine().cost, lambda: {"matrix": stored()}, matrix=NOTHING,
        rank=NONE | COUNTS)
    row(f"sampling.{name}.singular_values", lambda engine=engine: engine().singular_values,
        matrix={"nested", "array 2 x 3"})

# Functionals of spectra.
SPECTRA = {"values": VECTORS - {"negative array"}, **SPECTRUM}
row("Estimate", lambda: opsvd.Estimate, lambda: {"value": 1.0}, value=NUMBERS | SINGULAR, error=NUMBERS | SINGULAR,
    note=TEXTS, lower=NUMBERS | SINGULAR | NONE, upper=NUMBERS | SINGULAR | NONE, extrapolated=FLAGS)
row("Tail", lambda: spectrum.Tail, hilbert_schmidt=NOT_NEGATIVE | {"inf"}, nuclear=NOT_NEGATIVE | {"inf"},
    nuclear_error=NOT_NEGATIVE | {"inf"}, spread=NOT_NEGATIVE | {"inf"}, note=TEXTS,
    least=NOT_NEGATIVE | {"inf"}, extrapolated=FLAGS, total_least=NOT_NEGATIVE | {"inf"},
    total_most=NOT_NEGATIVE | {"inf"}, total_note=TEXTS)
SIZED = NOT_NEGATIVE | {"inf"}
row("Unlisted", lambda: spectrum.Unlisted, lambda: {"computed": 0.0, "unseen": 0.1, "dimension": 4.0}, computed=SIZED,
    unseen=SIZED, dimension=SIZED, least=SIZED, total_least=SIZED, broken=FLAGS)
row("nuclear_norm", lambda: opsvd.nuclear_norm, lambda: {"values": [1.0, 0.5]}, **SPECTRA)
row("hilbert_schmidt_norm", lambda: opsvd.hilbert_schmidt_norm, lambda: {"values": [1.0, 0.5]}, **SPECTRA)
row("effective_rank", lambda: opsvd.effective_rank, lambda: {"values": [1.0, 0.5]}, **SPECTRA, kind=NOTHING)
row("metric_entropy", lambda: opsvd.metric_entropy, lambda: {"values": [1.0, 0.5], "eps": 0.1}, **SPECTRA, eps=POSITIVE)
WAVES = VECTORS - EMPTY - {"one integer"} | NUMBERS - {"10^30", "-10^30"} | FLAGS    # no integers beyond int64
row("rank_bound", lambda: opsvd.rank_bound, lambda: {"frequencies": [1.0, 2.0], "cosines": 1.0}, frequencies=VECTORS,
    cosines=WAVES, sines=WAVES, k=COUNTS, norm=NONE | POSITIVE)
row("effective_ranks", lambda: spectrum.effective_ranks, lambda: {"values": [1.0, 0.5]}, kind=NOTHING,
    values=VECTORS - {"negative array"} | {"nested", "array 2 x 3", "array 2 x 2 x 2"})
row("decay_law", lambda: opsvd.decay_law, lambda: {"values": [1.0, 0.5]}, values=VECTORS - {"negative array"},
    errors=SPECTRUM["errors"], multiplicities=SPECTRUM["multiplicities"])
LISTED = {"values": VECTORS - {"negative array"}, "errors": SPECTRUM["errors"], "tail_hs": NOT_NEGATIVE,
          "multiplicities": SPECTRUM["multiplicities"]}
row("nuclear_tail", lambda: spectrum.nuclear_tail, lambda: {"values": [1.0, 0.5], "errors": None, "tail_hs": 0.1},
    **LISTED, dimension=POSITIVE)
row("decay_and_tail", lambda: spectrum.decay_and_tail, lambda: {
    "values": [1.0, 0.5], "errors": None, "tail_hs": 0.1, "unlisted": spectrum.Unlisted(0.0, 0.1, 4.0)}, **LISTED,
    unlisted=NOTHING)

# Closed forms.
for name in ("cos_product", "sin_product"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"c": 0.3, "n": 3}, c=NUMBERS, n=NOTHING)
for name in ("cos_inner_product", "exp_i_inner_product", "sin_inner_product"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"c": 0.3, "k": 3, "degrees": 3}, c=NUMBERS,
        k=COUNTS, degrees=NOTHING)
for name in ("effective_rank_cos_inner_product", "effective_rank_sin_inner_product"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"c": 0.3, "k": 3},
        c=NUMBERS if "cos" in name else NUMBERS - ZEROS, k=COUNTS)
row("exact.exp_product", lambda: exact.exp_product, lambda: {"c": 0.3, "n": 3}, c=ZEROS | {"1e-300"},
    n=NOTHING)
row("exact.mehler", lambda: exact.mehler, lambda: {"r": 0.3, "n": 3}, r=ZEROS | {"minus half", "1e-300"},
    n=NOTHING)
for name in ("heaviside_difference", "min_cdf", "sign_difference"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"n": 3}, n=NOTHING)
for name in ("linear_sum", "log_abs_product", "relu_product", "sign_product"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name))
row("exact.abs_power_product", lambda: exact.abs_power_product, a=NOT_NEGATIVE - {"10^12", "10^30", "1e300"})
row("exact.monomial_product", lambda: exact.monomial_product, p=NOTHING)
row("exact.effective_rank_sin_product", lambda: exact.effective_rank_sin_product, c=NUMBERS - ZEROS)
row("exact.polynomial_kernel", lambda: exact.polynomial_kernel, coefficients={"nested", "array 2 x 3"})
row("exact.finite_rank", lambda: exact.finite_rank, lambda: {"gram_left": np.eye(2), "gram_right": np.eye(2)},
    gram_left=NOTHING, gram_right=NOTHING)
row("exact.separable", lambda: exact.separable, lambda: {"f_second_moment": 1.0, "g_second_moment": 2.0},
    f_second_moment=NOT_NEGATIVE, g_second_moment=NOT_NEGATIVE)
row("exact.sum_of_functions", lambda: exact.sum_of_functions,
    lambda: {"f_mean": 0.0, "f_std": 1.0, "g_mean": 0.5, "g_std": 2.0}, f_mean=NUMBERS, f_std=NOT_NEGATIVE,
    g_mean=NUMBERS, g_std=NOT_NEGATIVE)
row("exact.squared_exponential", lambda: exact.squared_exponential, lambda: {"length": 1.0, "n": 3},
    length=POSITIVE - {"1e-300"}, n=NOTHING, std=POSITIVE - {"1e300"})

MODERATE = NUMBERS - {"10^12", "10^30", "-10^30", "1e300"}
for name in ("cos_product_uniform", "exp_i_product_uniform", "exp_product_uniform", "sin_product_uniform",
             "sinc_difference_uniform"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"c": 0.3, "n": 3}, c=MODERATE, n=NOTHING)
for name in ("gamma_pair", "poisson_pair"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"r": 0.3, "n": 3}, r=ZEROS | {"1e-300"},
        n=NOTHING)
for name in ("arcsine_pair", "circle_poisson", "semicircle_pair"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"r": 0.3, "n": 3},
        r=ZEROS | {"minus half", "1e-300"}, n=NOTHING)
row("exact.binomial_pair", lambda: exact.binomial_pair, lambda: {"r": 0.3, "trials": 3}, r=ZEROS | {"1e-300"},
    trials=NOTHING)
for name in ("arcsine_pair_kernel", "semicircle_pair_kernel"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), r=ZEROS | {"minus half", "1e-300"})
row("exact.gamma_pair_kernel", lambda: exact.gamma_pair_kernel, lambda: {"r": 0.3, "shape": 2.0},
    r=ZEROS | {"1e-300"}, shape=MODERATE & POSITIVE)
row("exact.poisson_pair_kernel", lambda: exact.poisson_pair_kernel, lambda: {"r": 0.3, "mean": 2.0},
    r=ZEROS | {"1e-300"}, mean=MODERATE & POSITIVE)
row("exact.binomial_pair_kernel", lambda: exact.binomial_pair_kernel, lambda: {"r": 0.3, "trials": 3, "p": 0.4},
    r=ZEROS | {"1e-300"}, trials=NOTHING, p={"1e-300"})
row("exact.circle_difference", lambda: exact.circle_difference, coefficients=VECTORS)
row("exact.von_mises", lambda: exact.von_mises, lambda: {"kappa": 0.3, "n": 3}, kappa=MODERATE, n=NOTHING)
row("exact.log_abs_difference_arcsine", lambda: exact.log_abs_difference_arcsine, lambda: {"n": 3}, n=NOTHING,
    width=POSITIVE)
for name in ("abs_difference_cdf", "bridge_cdf", "relu_difference_cdf"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), n=NOTHING)
row("exact.exponential_covariance", lambda: exact.exponential_covariance, lambda: {"length": 1.0, "n": 3},
    length=POSITIVE - {"1e300", "1e-300"}, n=NOTHING, width=POSITIVE - {"1e300", "1e-300"})
row("exact.exponential_covariance_half_line", lambda: exact.exponential_covariance_half_line,
    lambda: {"c": 1.0, "n": 3}, c=MODERATE & POSITIVE, n=NOTHING)
row("exact.min_exponential", lambda: exact.min_exponential, lambda: {"n": 3}, n=NOTHING, rate=POSITIVE)
for name in ("jump_power_law", "min_power_law"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"a": 1.0, "n": 3}, a=POSITIVE, n=NOTHING)
for name in ("relu_on_sphere", "sign_on_sphere"):
    row(f"exact.{name}", lambda name=name: getattr(exact, name), lambda: {"k": 3, "degrees": 3}, k=COUNTS,
        degrees=NOTHING)
row("exact.exp_on_sphere", lambda: exact.exp_on_sphere, lambda: {"c": 0.3, "k": 3, "degrees": 3}, c=MODERATE, k=COUNTS,
    degrees=NOTHING)
row("exact.rectified_power_on_sphere", lambda: exact.rectified_power_on_sphere,
    lambda: {"power": 2, "k": 3, "degrees": 3}, power={"zero"}, k=COUNTS, degrees=NOTHING)
row("exact.arc_cosine_on_sphere", lambda: exact.arc_cosine_on_sphere, lambda: {"order": 1, "k": 3, "degrees": 3},
    order={"zero"}, k=COUNTS, degrees=NOTHING)
row("exact.poisson_on_sphere", lambda: exact.poisson_on_sphere, lambda: {"r": 0.3, "k": 3, "degrees": 3},
    r=ZEROS | {"minus half", "1e-300"}, k=COUNTS, degrees=NOTHING)
row("exact.listed", lambda: exact.listed, lambda: {"values": [2.0, 1.0], "multiplicities": [1, 2], "n": 3},
    values={"floats", "integers", "array", "rising array"}, multiplicities={"integers", "rising array"}, n=NOTHING)

# Figures and checks.
row("plot_spectrum", lambda: opsvd.plot_spectrum, lambda: {"svd": line(), "ax": axes()}, svd=NOTHING, ax=NONE)
row("plot_functions", lambda: opsvd.plot_functions, lambda: {"svd": line(), "ax": axes()}, svd=NOTHING, ax=NONE,
    count=COUNTS)
row("plot_breaks", lambda: opsvd.plot_breaks, lambda: {"h": product, "ax": axes()}, costly=True,
    h=H - {"kernel of vectors"}, mu_x=MEASURES, mu_y=MEASURES, ax=NONE, max_evaluations=COUNTS, max_seconds=POSITIVE)
ESSAY = {"functions": NONE, "n": SIZES | {"generator"}, "ranks_n": SIZES | {"generator"}, "trials": NOTHING,
         "rng": SEEDS}
row("essay_figures", lambda: opsvd.essay_figures, lambda: {"n": (3,), "ranks_n": (3,), "trials": 1}, costly=True,
    **ESSAY)
row("essay_panels", lambda: essay.essay_panels, lambda: {"n": (3,), "ranks_n": (3,), "trials": 1}, costly=True,
    **ESSAY)
row("quarter_circle_quantiles", lambda: essay.quarter_circle_quantiles, n=NOTHING)
row("check_kernel", lambda: testing.check_kernel, lambda: {"h": product}, h=H, mu_x=MEASURES, mu_y=MEASURES)
row("check_measure", lambda: testing.check_measure,
    measure=MEASURES | {"measure of vectors", "nested", "array 2 x 3"})
row("check_method", lambda: testing.check_method, method=METHODS)
