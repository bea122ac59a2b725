"""The sum of the singular values beyond those that were computed."""

import math

import numpy as np

from .._support.arrays import leading_true
from .engine import Remainder
from .krylov import Leading, Passes

# Errors of the mean over the probes that the interval spans: 95 per cent of Student's distribution, by their number.
_STUDENT = {2: 12.7, 3: 4.3, 4: 3.2, 5: 2.8, 6: 2.6, 7: 2.45, 8: 2.4}

# The part of the logarithm of upper over lower rule that the estimate may be off by. For values that fall like powers
# i^-0.5 to i^-3, exponentially, or like a quarter circle, it was at most 0.18 after 4 to 40 steps.
_GUESS_ERROR = 0.3
# Where the estimate stands between lower (0) and upper rule (1), in logarithms, if no change over the steps says it.
_GUESS_POSITION = 0.25


def frobenius_remainder(leading: Leading) -> Remainder:
    r"""What the Frobenius norm says of the sum of the values beyond those wanted, of N in all.

    With P the projection to the l right vectors, :math:`E = |A (1 - P)|_F^2`, R the residuals and t the l-th value with
    the size of its residual, the sum of all is between :math:`\sum_{i \le l} s_i + (E - |R|_F^2) / t` and
    :math:`\sum_{i \le l} s_i + \sqrt{(N - l) E}`. The value given is the geometric mean of the ends, as far as they
    differ, and may be far from the truth.
    """
    s, k, count = leading.values, leading.errors.size, min(len(leading.left), len(leading.right))
    if s[0] == 0.0 or k == count:
        return Remainder()
    rounding = leading.rounding * leading.energy
    energy = max(leading.energy - float(s @ s), 0.0)
    sizes = np.linalg.norm(leading.residual, axis=0)
    further, last = float(s[k:].sum()), float(s[-1] + sizes[-1])
    high = math.sqrt((count - s.size) * (energy + rounding))
    low = max(energy - rounding - float(sizes @ sizes), 0.0)
    low = min(low / last, high) if low > 0.0 else 0.0
    value = further + math.sqrt(low * high)
    return Remainder(value, further + low, further + high, "between the bounds that the Frobenius norm leaves",
                     max(further + high - value, value - further - low))


def lanczos_remainder(passes: Passes, leading: Leading, steps: int, probes: int, rng: np.random.Generator) -> Remainder:
    r"""Estimate the sum of the singular values beyond those wanted by stochastic Lanczos quadrature.

    With :math:`C = (1 - U U^T) A (1 - V V^T)` and random signs z, :math:`E\, z^T (C^T C)^{1/2} z` is its nuclear norm.
    Lanczos steps on :math:`C^T C` give Gauss rules for each of these forms. The square root has even derivatives below
    zero and odd ones above: the Gauss rule lies above the truth, and the Gauss-Radau rule with a node at 0 below. The
    interval reaches from the mean of the lower ones to that of the upper ones, each widened by the scatter of the
    probes (95 per cent, Student), and by what the residuals of the leading triplets may add.

    The interval is wide where many small values matter: for s_i ~ 1/i the ratio of its ends falls like the inverse
    root of the number of steps. The value between is a guess, the geometric mean of the two rules with the weights
    with which it did not change over the second half of the steps. How far such guesses were off for power laws and
    exponentials is its `error`, together with the scatter of the probes (95 per cent): likely, but no bound.

    References
    ----------
    G. H. Golub and G. Meurant, Matrices, Moments and Quadrature with Applications, Princeton 2010, chapter 6;
    S. Ubaru, J. Chen, Y. Saad, SIAM J. Matrix Anal. Appl. 38 (2017), 1075-1099.
    """
    k = leading.errors.size
    outer = frobenius_remainder(leading)
    if steps == 0 or outer.high - outer.low <= 1e-5 * float(leading.values.sum()):
        return outer
    # Take away as many triplets as are known well.
    known = np.sqrt(np.arange(1, leading.values.size + 1) * np.cumsum((leading.residual**2).sum(axis=0)))
    count = max(k, leading_true(known <= 1e-3 * leading.values.cumsum()))
    found, further = _Deflated(passes, leading, count), leading.values[k:count]
    start = found.project(np.where(rng.random((len(leading.right), probes)) < 0.5, -1.0, 1.0))
    masses = (start**2).sum(axis=0)
    alpha, beta = _lanczos(found, start / np.sqrt(masses), steps)
    lower, upper = _rules(alpha, beta, masses, steps)
    noise, slack = _STUDENT.get(probes, 2.3) / math.sqrt(probes), float(known[count - 1])
    below, above = lower.mean(), upper.mean()
    low = max(float(further.sum() + below - noise * lower.std(ddof=1)) - slack, outer.low)
    high = min(float(further.sum() + above + noise * upper.std(ddof=1)) + slack, outer.high)
    if steps > 1:
        guess, part = _guess(below, above, *(rule.mean() for rule in _rules(alpha, beta, masses, steps // 2)))
    else:    # a single step does not say where between the rules the truth is
        guess, part = float(below ** (1.0 - _GUESS_POSITION) * above**_GUESS_POSITION), 1.0
    value = min(max(float(further.sum()) + guess, low), high)
    error = guess * part * math.log(max(float(above / max(below, 1e-300)), 1.0))
    error = min(error + noise * float(upper.std(ddof=1)) + slack, max(high - value, value - low))
    return Remainder(value, low, high, f"Lanczos quadrature, {probes} probes, {steps} steps", error)


def _rules(alpha: np.ndarray, beta: np.ndarray, masses: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The lower and the upper rule after some of the steps, for each probe: shape (p,)."""
    upper = [_form(a[:steps], b[: steps - 1]) for a, b in zip(alpha, beta, strict=True)]
    lower = [_radau(a[:steps], b[:steps]) for a, b in zip(alpha, beta, strict=True)]
    return masses * np.array(lower), masses * np.array(upper)


def _guess(lower: float, upper: float, lower_half: float, upper_half: float) -> tuple[float, float]:
    """The estimate between the rules, and which part of the logarithm between them it may be off.

    Of all geometric means of lower and upper rule it is the one that did not change from half of the steps to all.
    """
    if not 0.0 < lower_half <= lower < upper <= upper_half:
        return upper if lower <= 0.0 else math.sqrt(lower * upper), _GUESS_ERROR
    rise, fall = math.log(lower / lower_half), math.log(upper_half / upper)
    part = rise / (rise + fall) if rise + fall > 0.0 else _GUESS_POSITION
    return lower ** (1.0 - part) * upper**part, _GUESS_ERROR


class _Deflated:
    """The operator C^T C, where C is A without its leading triplets."""

    def __init__(self, passes: Passes, leading: Leading, count: int) -> None:
        self.passes, self.left, self.right = passes, leading.left[:, :count], leading.right[:, :count]
        self.adjoint = self.right * leading.values[:count] + leading.residual[:, :count]

    def project(self, block: np.ndarray) -> np.ndarray:
        """Remove the right vectors from a block (m, p)."""
        return np.asarray(block - self.right @ (self.right.T @ block))

    def __call__(self, block: np.ndarray) -> np.ndarray:
        """C^T C block."""
        step = self.passes(block, "both")
        return self.project(step.z - self.adjoint @ (self.left.T @ step.y))


def _lanczos(operator: _Deflated, q: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Run a Lanczos recurrence from each column of q, side by side: diagonals and off-diagonals (p, steps)."""
    basis = [q]
    alpha, beta = np.zeros((q.shape[1], steps)), np.zeros((q.shape[1], steps))
    for k in range(steps):
        w = operator(basis[-1])
        alpha[:, k] = (basis[-1] * w).sum(axis=0)
        for _ in range(2):
            for old in basis:
                w = w - old * (old * w).sum(axis=0)
            w = operator.project(w)
        beta[:, k] = np.linalg.norm(w, axis=0)
        basis.append(w / np.where(beta[:, k] > 0.0, beta[:, k], 1.0))
    return alpha, beta


def _form(diagonal: np.ndarray, off: np.ndarray) -> float:
    """The Gauss rule for the square root: e_1^T T^(1/2) e_1."""
    values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
    return float(vectors[0] ** 2 @ np.sqrt(np.maximum(values, 0.0)))


def _radau(diagonal: np.ndarray, off: np.ndarray) -> float:
    """The Gauss-Radau rule with a node at zero: one more row, with the diagonal that makes T singular."""
    # The last entry of the solution of T x = b^2 e_k, by elimination; positive as long as T is.
    pivot = float(diagonal[0])
    for entry, beside in zip(diagonal[1:], off, strict=False):
        pivot = float(entry) - float(beside) ** 2 / pivot if pivot > 0.0 else 0.0
    last = off[-1] ** 2 / pivot if pivot > 0.0 else 0.0
    return _form(np.append(diagonal, last), off)
