"""The benchmark of optimisers: gradients are what their factors make, updates are the functions that are predicted."""

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("threadpoolctl")    # which benchmarks name the BLAS with
pytest.importorskip("jax")
pytest.importorskip("optax")
pytest.importorskip("sklearn")
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

pytestmark = pytest.mark.thorough


def test_updates_are_functions_of_the_factors_of_gradients():
    """On a small transformer: the gradient, and the steps of Adam and RMSprop after two batches."""
    import networks
    import neurons

    x, y = networks.digits()
    network = networks.transformer(8, 12)
    for name, phi in neurons.MAPS.items():
        one, gradients = networks.Trained.start(network, "SGD", 0).with_optimiser(name), []
        for batch in (slice(0, 3), slice(3, 6)):
            factors = network.factors(one.params, x[batch], y[batch])
            gradients.append(network.left(factors) @ network.right(factors).T)
            one, gradient, update = one.after(x[batch], y[batch])
            np.testing.assert_allclose(gradient, gradients[-1], atol=1e-5 * np.abs(gradient).max())
        direction = -phi(*gradients)    # moments of single precision, and entries near zero, are divided
        np.testing.assert_allclose(update / np.abs(update).max(), direction / np.abs(direction).max(), atol=1e-3)


def test_signs_have_the_predicted_rank(capsys):
    """The quick run: of a small perceptron, through the activations within 15 per cent, and stable ranks below b^2."""
    import optimisers

    optimisers.main(quick=True)
    rows = [line.split()[2:] for line in capsys.readouterr().out.splitlines() if line.startswith("batch")]
    assert len(rows) == 4
    for row in np.array(rows, dtype=float):
        b, sign, predicted = row[2], row[6:9], row[12]
        assert predicted == pytest.approx(sign[0], rel=0.15)
        assert sign[1] <= b**2 * (1.0 + 1e-12)
