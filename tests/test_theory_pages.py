"""The benchmarks of the pages on bandwidth, analytic kernels and entropy: their own code against what is known."""

import importlib
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf

import opsvd
from opsvd import exact

pytest.importorskip("threadpoolctl")    # which benchmarks name the BLAS with
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

pytestmark = pytest.mark.thorough


def test_the_law_of_local_waves_between_its_limits():
    """A slow wave has nine tenths of the operator's effective rank, and a fast one that of independent entries."""
    import local_waves

    slow, fast = (local_waves.effective_rank_of_waves(n, lambda x, y, c=c: c + 0.0 * x * y,
                                                      lambda x, y: 0.5 + 0.0 * x * y)
                  for n, c in ((10_000, 30.0), (300, 1e5)))
    assert slow == pytest.approx(exact.effective_rank_sin_product(30.0), rel=0.1)
    assert fast == pytest.approx(local_waves.INDEPENDENT * 300, rel=0.01)


HEADS = {"bandwidth": {"waves", "onset", "vectors", "named", "drawn", "largest"},
         "analytic": {"class", "wave", "step", "count", "sample"},
         "entropy": {"dimension", "patterns", "grid", "bits", "metric"}}


@pytest.mark.parametrize("name", HEADS)
def test_quick_runs(name, capsys, monkeypatch):
    """Every table is printed, and of the functions that are drawn no effective rank is above its bound."""
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--quick"])
    importlib.import_module(name).main()
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert HEADS[name] <= {row[0] for row in rows}
    table = np.array([row[1:] for row in rows if row[0] == "drawn" and row[1].isdigit()], dtype=float)
    assert len(table) == (4 if name == "bandwidth" else 0)
    for row in table:
        computed, error, sampled, scatter, bound = row[3:]
        assert computed - error <= bound
        assert sampled - 4.0 * scatter <= bound


def test_the_quick_run_of_whole_densities(capsys):
    """Of n = 400 both laws hold as many values as the sample has, and their histograms are near that of the sample."""
    import spectral_density

    spectral_density.report(400)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    for name in spectral_density.PHI:
        sample, equivalent, theorem = np.array([row[4:7] for row in rows if row[:2] == [name, "bin"]], dtype=float).T
        assert 390 <= sample.sum() <= 400
        assert equivalent.sum() == pytest.approx(sample.sum(), abs=6.0)
        assert theorem.sum() == pytest.approx(sample.sum(), abs=12.0)
        # Counts of independent values would scatter by their roots; those of a matrix scatter less.
        assert np.abs(equivalent - sample).sum() < np.sqrt(sample).sum()


def test_exponents_are_recovered():
    """Of exp(-3 i^beta) the fit finds beta, with a small bar."""
    import analytic

    for beta in (0.5, 2.0 / 3.0, 1.0):
        values = np.exp(-3.0 * np.arange(1.0, 60.0) ** beta)
        values = values[values > 1e-14]
        found, bar, count, _ = analytic.exponent(values, np.full(values.size, 1e-16))
        assert found == pytest.approx(beta, abs=0.005)
        assert bar < 0.01
        assert count <= values.size


def test_values_of_the_entire_kernels():
    """The step against a decomposition, and the wave on a box against the count of cells."""
    import analytic

    svd = opsvd.decompose(lambda x, y: erf(np.exp(0.5 * x * x) * (x - y)), rtol=1e-5)
    steps = analytic.steps_values(0.5, 400)[:8]
    assert (np.abs(steps - svd.singular_values[:8]) <= svd.errors[:8] + 1e-3 * steps).all()
    waves = analytic.waves_on_a_box(2.0, 1.6)
    index = np.array([4, 8, 16])
    assert analytic.cells_of_waves(2.0, 1.6, waves[index - 1]) == pytest.approx(index, rel=0.15)


def test_counts_and_matrices_of_the_page_on_entropy():
    """All 3 by 3 sign matrices have rank two, those of 4 by 4 do not; the Hartley matrix has equal singular values."""
    import entropy

    assert [entropy.sign_matrices(n) for n in (2, 3, 4)] == [16, 512, 43264]
    assert all(math.log2(entropy.sign_matrices(n)) <= entropy.warren(n, 2) for n in (2, 3, 4))
    rows = [line.split() for line in entropy.grid(quick=True)][1:]
    assert [(float(row[3]), float(row[4])) for row in rows] == [(5.0, 8.0), (33.0, 64.0)]
