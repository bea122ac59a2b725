"""Short forms of public objects: a line that says what they are, and no arrays."""

import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest

import opsvd
from opsvd import (
    Gaussian,
    Kernel,
    MatrixKernel,
    MonteCarloSweep,
    blockwise,
    check_matrix,
    crosscheck,
    decompose,
    elementwise,
    monte_carlo,
    monte_carlo_sweep,
)
from opsvd.essay import EssayPanel
from opsvd.sampling import RowBlocks, StoredMatrix, draw_matrix, draw_sample


def tanh(x, y):
    """The essay's kernel."""
    return np.tanh(x * y)


def decompositions():
    """One of each kind: on the line, of sectors, of a grid, of products, and of points."""
    two, six = Gaussian.standard(2), Gaussian.standard(6)
    return {
        "line": decompose(tanh, rtol=1e-6),
        "broken": decompose(lambda x, y: x > y, rtol=1e-3),
        "sectors": decompose(elementwise(np.tanh, 3), rtol=1e-4),
        "coordinates": decompose(lambda x, y: np.tanh(x[..., 0] * y[..., 1] + 0.3 * x[..., 1] * y[..., 0]), two, two,
                                 rtol=1e-2, max_seconds=20),
        "blocks": decompose(blockwise(lambda z: z / np.linalg.norm(z, axis=(-2, -1), keepdims=True), 2), rtol=0.1),
        "points": decompose(lambda x, y: np.tanh(np.sum(x * y, -1)) + 0.1 * np.sin(x[..., 0]), six, six, rtol=0.3),
    }


def objects():
    """Names and objects, with everything that hangs on the decompositions."""
    found = {}
    for name, svd in decompositions().items():
        found |= {name: svd, f"{name}.left": svd.left, f"{name}.right": svd.right}
        found |= {f"{name}.{field.name}": getattr(svd, field.name) for field in dataclasses.fields(svd)
                  if not isinstance(getattr(svd, field.name), np.ndarray | str | tuple)}
    svd = found["line"]
    prediction = decompose(lambda x, y: np.maximum(x * y, 0.0)).predict(300)
    matrix = draw_matrix(Kernel(tanh), (300, 200), Gaussian(), Gaussian(), np.random.default_rng(0))
    sweep = monte_carlo_sweep(tanh, [30, 40], rng=0)
    return found | {
        "prediction": svd.predict(100), "multiplet": prediction.multiplets[0], "basis": svd.left.parts[0][0],
        "rule": svd.left.parts[0][0].rule, "equivalent": found["sectors"].equivalent(100),
        "spectrum": monte_carlo(tanh, 60, trials=3, rng=0), "matrix spectrum": RowBlocks().spectrum(matrix, 30),
        "full spectrum": monte_carlo(tanh, 200, rng=0).matrices[0], "sweep": sweep,
        "long sweep": MonteCarloSweep(sweep.spectra * 40),
        "check": crosscheck(tanh, (30, 40), trials=2, rng=0, svd=svd),
        "matrix check": check_matrix(np.ones((30, 30)), svd), "sample": draw_sample(tanh, 200, rng=0),
        "sampled": matrix, "stored": StoredMatrix(np.ones((300, 300))), "kernel": Kernel(tanh),
        "kinks": elementwise(np.tanh, 3, kinks=np.linspace(0.0, 1.0, 500)), "block kernel": blockwise(np.tanh, 2),
        "matrix kernel": MatrixKernel(lambda x, y: tanh(x, y)[..., None, None] * np.eye(2)),
        "vectors": Gaussian(np.arange(50.0), np.diag(np.arange(1.0, 51.0))), "cost": opsvd.sampling_cost(tanh, 100),
        "panel": EssayPanel("A", (300,), *[(np.ones(300),) * 9] * 3, np.ones(9), np.ones((9, 9)), np.ones(9), "B",
                            np.ones(9), np.ones(9)),
        "law": opsvd.decay_law(svd.singular_values),
        "deterministic": opsvd.deterministic_equivalent([1.0, 0.5], [3, 5], 100),
    }


@pytest.fixture(scope="module")
def shown():
    """The short forms, by name."""
    return {name: repr(one) for name, one in objects().items()}


@pytest.mark.thorough
def test_short_forms_are_short_and_say_something(shown):
    """At most four hundred characters on one line, with no array and no address in memory."""
    for name, text in shown.items():
        assert len(text) <= 400, name
        assert "\n" not in text, name
        assert "array(" not in text, name
        assert " object at 0x" not in text, name


@pytest.mark.thorough
def test_short_forms(shown):
    """Some of them, word by word."""
    assert shown["line.left"] == "SingularFunctions(rank 11, variable ~ Gaussian(mean=0.0, std=1.0))"
    assert shown["sectors.right"].startswith("SingularFunctions(rank ")
    assert shown["points.left"].endswith(", variable ~ Gaussian.standard(6))")
    assert shown["sampled"] == "KernelMatrix(300 x 200)"
    assert shown["sample"] == "Sample(200 x 200)"
    assert shown["multiplet"].startswith("Multiplet(s_1 to s_2, sum ")
    assert shown["full spectrum"].startswith("MatrixSpectrum(200 values [0.5")
    assert shown["full spectrum"].endswith("engine='Dense()')")
    assert shown["sweep"] == "MonteCarloSweep(30 x 30: 1 trials, 40 x 40: 1 trials)"
    assert shown["long sweep"].endswith(", and 74 more)")


def test_no_public_class_has_the_short_form_of_a_plain_object():
    """Whatever `opsvd` and `opsvd.sampling` list has a short form of its own; the abstract ones leave it to others."""
    for module in ("opsvd", "opsvd.sampling", *(f"opsvd.{found.name}" for found in pkgutil.iter_modules(
            opsvd.__path__) if found.name.endswith("_functions"))):
        listed = importlib.import_module(module)
        for name in listed.__all__:
            one = getattr(listed, name)
            if isinstance(one, type) and not getattr(one, "__abstractmethods__", None):
                assert one.__repr__ is not object.__repr__, f"{module}.{name}"
