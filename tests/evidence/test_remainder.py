"""Error bars: rigorous given the norms they are made of, as matrices show; and when an answer is settled."""

from dataclasses import replace

import numpy as np
import pytest

from opsvd.evidence.compared_evidence import ComparedEvidence
from opsvd.evidence.images import Images
from opsvd.evidence.remainder import RemainderEvidence, settled

SIZE, KEPT = 30, 10
SPECTRA = {
    "power": 1.0 / np.arange(1, SIZE + 1),
    "geometric": 0.5 ** np.arange(SIZE),
    "pairs": np.repeat(0.6 ** np.arange(SIZE // 2), 2),
    "clusters": np.concatenate([np.ones(3), [0.9, 0.899], np.linspace(0.05, 0.0, SIZE - 5)]),
}


def orthonormal(matrix):
    """An orthonormal basis of the columns."""
    return np.linalg.qr(matrix)[0]


def approximated(spectrum, error, rng):
    """A matrix of known spectrum, and KEPT singular triplets of it that are off by about `error`."""
    u, v = (orthonormal(rng.standard_normal((SIZE, SIZE))) for _ in range(2))
    matrix = (u * spectrum) @ v.T
    f, g = (orthonormal(w[:, :KEPT] + error * rng.standard_normal((SIZE, KEPT))) for w in (u, v))
    a, s, b = np.linalg.svd(f.T @ matrix @ g)
    s = s * (1.0 + rng.choice([0.0, error]) * rng.standard_normal(KEPT))
    order = np.argsort(-s)
    return matrix, (f @ a)[:, order], s[order], (g @ b.T)[:, order]


def evidence_of(matrix, f, s, g, modes=None, *, whole=False):
    """The exact norms; with `modes`, images of as many leading vectors, and what is left beside them as a `whole`."""
    remainder = matrix - (f * s) @ g.T
    left, right = matrix @ g - f * s, matrix.T @ f - g * s
    images = None if modes is None else Images(
        np.array([max(np.linalg.norm(r[:, :q]) for r in (left, right)) for q in range(1, modes + 1)]),
        np.array([max(np.linalg.norm((w.T @ r)[:q, :q]) for w, r in ((f, left), (g, right)))
                  for q in range(1, modes + 1)]))
    complement = np.array([np.linalg.norm(matrix - (f[:, :q] * s[:q]) @ g[:, :q].T, 2) for q in range(1, len(s) + 1)])
    return ComparedEvidence(values=s, size=float(np.linalg.norm(matrix)), remainder=float(np.linalg.norm(remainder)),
                    operator_norm=float(np.linalg.norm((remainder.T @ remainder) @ (remainder.T @ remainder))) ** 0.25,
                    coupling=float(np.linalg.norm(f.T @ remainder @ g)), dimension=min(matrix.shape), images=images,
                    overlaps=np.diagonal(f.T @ remainder @ g)[None], least=float(np.linalg.norm(remainder)),
                    complement=complement if whole else None)


@pytest.mark.parametrize(("modes", "whole"), [(None, False), (5, False), (KEPT, False), (5, True), (KEPT, True)])
@pytest.mark.parametrize("error", [1e-6, 1e-3, 1e-2, 0.1, 0.5])
@pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=SPECTRA.keys())
def test_bounds_hold_given_exact_norms(monkeypatch, spectrum, error, modes, whole):
    """Without their safety factors: on 6 random matrices, for good and bad triplets, well and badly separated."""
    for name in ("remainder.NORM_MARGIN", "remainder.ORDER_MARGIN", "compared_evidence.NORM_MARGIN"):
        monkeypatch.setattr(f"opsvd.evidence.{name}", 1.0)
    rng = np.random.default_rng(0)
    for _ in range(6):
        matrix, f, s, g = approximated(spectrum, error, rng)
        evidence = evidence_of(matrix, f, s, g, modes, whole=whole)
        finer = evidence.beside_fewer()
        assert (np.abs(s - spectrum[:KEPT]) <= evidence.bars()).all()
        assert (np.abs(s - spectrum[:KEPT]) <= finer.bars()).all()
        assert (finer.bars() <= evidence.bars()).all()
        for seen in (0.9, 1.0, 1.1):    # whatever rules say of the norm
            norm = replace(evidence, size=seen * np.linalg.norm(matrix)).norm
            assert abs(norm.value - np.linalg.norm(matrix)) <= norm.error


@pytest.mark.parametrize("modes", [None, 5, KEPT])
@pytest.mark.parametrize("error", [1e-12, 1e-6, 1e-3, 1e-2, 0.1, 0.5])
@pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=SPECTRA.keys())
def test_sums_and_energies_from_below_hold(spectrum, error, modes):
    """On random matrices: the sum of all values, the energy beyond some, and the sum to within what may be hidden."""
    rng = np.random.default_rng(1)
    for rank in (0, 1, 3, KEPT):
        matrix, f, s, g = approximated(spectrum, error, rng)
        evidence = evidence_of(matrix, f, s, g, modes)
        found = evidence.beyond(rank)
        assert found.total_least <= spectrum.sum() * (1.0 + 1e-12)
        assert found.least <= np.linalg.norm(spectrum[rank:]) * (1.0 + 1e-12)
        assert abs(s.sum() - spectrum.sum()) <= found.unseen_sum + 1e-12
        assert found.computed == pytest.approx(s[rank:].sum())


def test_sums_from_below_know_values_that_no_bar_tells_apart():
    """Triplets that are right: their sum is known to rounding, though the remainder hides which values they are."""
    spectrum = np.sort(np.concatenate([1.0 / np.arange(1.0, 6.0), np.full(SIZE - 5, 0.1)]))[::-1]
    f = np.eye(SIZE)[:, :KEPT]
    evidence = evidence_of(np.diag(spectrum), f, spectrum[:KEPT], f)
    assert evidence.bars()[-1] > 0.1
    assert evidence.beyond(2).total_least == pytest.approx(spectrum[:KEPT].sum(), rel=1e-10)


def test_images_sharpen_the_bars_of_slowly_decaying_spectra():
    """Where the remainder is a third of the norm, triplets that are right to 1e-8 have bars of about 1e-14."""
    spectrum = SPECTRA["power"]
    matrix, f, s, g = approximated(spectrum, 1e-9, np.random.default_rng(4))
    s = np.linalg.svd(f.T @ matrix @ g, compute_uv=False)
    without, with_images = (evidence_of(matrix, f, s, g, modes).bars() for modes in (None, KEPT))
    assert without[0] > 1e-3
    assert (np.abs(s - spectrum[:KEPT]) <= with_images).all()
    assert (with_images[:3] < 1e-13).all()


def test_a_value_that_the_remainder_may_hide_has_a_wide_bar():
    """A missing triplet: the residuals of the others are zero, but not all of them can be called the i-th."""
    spectrum = 0.5 ** np.arange(SIZE)
    matrix = np.diag(spectrum)
    kept = np.array([0, 1, 3, 4, 5])
    f = np.eye(SIZE)[:, kept]
    errors = evidence_of(matrix, f, spectrum[kept], f, len(kept)).bars()
    assert errors[0] < 1e-14
    assert (np.abs(spectrum[kept] - spectrum[:5]) <= errors).all()
    assert errors[2] >= 0.125


def test_reliable_errors_are_for_some_true_value():
    """Where only the order is in doubt they are small, and there is a true value within each; never above the bars."""
    spectrum = 0.5 ** np.arange(SIZE)
    kept = np.array([0, 1, 3, 4, 5])
    f, s = np.eye(SIZE)[:, kept], spectrum[kept]
    evidence = evidence_of(np.diag(spectrum), f, s, f, len(kept))
    errors, near = evidence.bars(), evidence.near()
    assert (near <= errors).all()
    assert (near < 1e-14).all()
    without, fewer = (evidence_of(np.diag(spectrum), f, s, f, modes) for modes in (None, 3))
    assert (without.near() == without.bars()).all()
    assert (fewer.near()[3:] == fewer.bars()[3:]).all()


def test_no_values_no_bars():
    """The zero kernel."""
    assert RemainderEvidence(values=np.zeros(0), size=0.0, remainder=0.0, operator_norm=0.0, coupling=0.0,
                             dimension=1).bars().shape == (0,)


@pytest.mark.parametrize(("values", "errors", "expected"), [
    ([1.0, 0.1], [1e-9, 1e-9], True),
    ([1.0, 0.1], [1e-9, 1e-5], False),
    ([], [], True),
    # Eight accurate values and one that is below its bar: more would not be an answer to more.
    ([*np.linspace(1.0, 0.5, 8), 1e-7], [*[1e-9] * 8, 1e-5], True),
    # Eight accurate values and one that stands above its bar.
    ([*np.linspace(1.0, 0.5, 8), 1e-4], [*[1e-9] * 8, 1e-5], False),
    # Seven are not enough to leave out another.
    ([*np.linspace(1.0, 0.5, 7), 1e-7], [*[1e-9] * 7, 1e-5], False),
])
def test_settled(values, errors, expected):
    """All bars at 1e-8 s_1 or below; or many, and all values that stand above their bars."""
    assert settled(np.array(values), np.array(errors), 1e-8) is expected
