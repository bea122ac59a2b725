"""Functions of the angle between x and y alone are kernels on spheres, whatever the laws of the lengths are."""

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Ball, Gaussian, Sphere


def cosine(x, y):
    """Of the angle between vectors."""
    lengths = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
    return np.clip(np.sum(x * y, axis=-1) / lengths, -1.0, 1.0)


def near(x, y):
    """Whether the lengths are."""
    return np.abs(np.linalg.norm(x, axis=-1) - np.linalg.norm(y, axis=-1)) < 0.01


SPACE, WIDER = Gaussian.standard(3), Gaussian(np.zeros(3), 2.0 * np.eye(3))


@pytest.mark.thorough
@pytest.mark.parametrize("laws", [(SPACE, SPACE), (SPACE, Ball(3)), (Sphere(3), WIDER)])
def test_the_kernel_of_step_functions(laws):
    """pi - arccos(t) = pi/2 + arcsin(t): pi/2, and pi/8 three times. They had bars of 3e-6 after eight seconds."""
    svd = quietly(lambda x, y: np.pi - np.arccos(cosine(x, y)), *laws)
    assert svd.converged
    assert svd.multiplicities[:2].tolist() == [1, 3]
    assert (np.abs(svd.values[:2] - [np.pi / 2.0, np.pi / 8.0]) <= svd.value_errors[:2]).all()
    assert svd.value_errors[0] <= 1e-12
    rng = np.random.default_rng(0)
    x, y = (law.sample(1000, rng) for law in laws)
    assert np.abs(svd(x, y) - np.pi + np.arccos(cosine(x, y))).max() <= 0.01


@pytest.mark.thorough
@pytest.mark.parametrize("besides", [lambda x, y: 1e-3 * (np.sum(x * x, axis=-1) > 9.0), near])
def test_what_depends_on_lengths_besides(besides):
    """On one of them, at three points in a hundred, or on both where they are nearly the same."""
    svd = quietly(lambda x, y: cosine(x, y) * (1.0 + besides(x, y)), SPACE, SPACE, rtol=1e-3, max_seconds=3.0)
    assert "angle" not in svd.method


def test_an_answer_is_saved_and_predicts(tmp_path):
    """As those of other functions of vectors. The cosine is 1/3 three times, and takes no more functions."""
    svd = opsvd.decompose(cosine, SPACE, SPACE)
    assert svd.multiplicities.tolist() == [3]
    assert abs(svd.values[0] - 1.0 / 3.0) <= svd.value_errors[0] <= 1e-13
    svd.save(tmp_path / "angle.npz")
    loaded = opsvd.load(tmp_path / "angle.npz")
    x = SPACE.sample(5, np.random.default_rng(0))
    assert (loaded.left(x) == svd.left(x)).all()
    assert svd.predict(500).valid[0]


def test_what_differs_far_out_is_seen():
    """Where one point in 65,000 is: among pairs that are drawn from the laws there may be none."""
    svd = quietly(lambda x, y: cosine(x, y) * (1.0 + (np.linalg.norm(x, axis=-1) > 5.0)), SPACE, SPACE, rtol=1e-2,
                  max_evaluations=500_000)
    assert "angle" not in svd.method
