"""What a black-box kernel turns out to be: separable, a function of xy or of a x + b y, even or odd, symmetric."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .._support.floats import EPS
from ..kernels import Elementwise, Kernel
from ..measures import LineMeasure
from .domain import Domain
from .probe_points import FIRST, Probe, median
from .skeleton import find_skeleton

# Points that are drawn, of which every second one becomes a probe point, and as many as a twelfth of them where h is
# large.
_POINTS = 1200


@dataclass(frozen=True)
class Structure:
    r"""What is special about a kernel h(x, y); ``str(structure)`` says it in a phrase.

    Attributes
    ----------
    skeleton : (ndarray, ndarray) or None
        If :math:`h = \sum_{i \le r} u_i(x) v_i(y)` with r at most 7: rows X and columns Y, both of shape (r,), for
        which :math:`h(x, y) = h(x, Y) h(X, Y)^{-1} h(X, y)`.
    product : bool
        Whether h is a function of xy.
    linear_form : (float, float) or None
        (1, b) if h is a function of x + b y, for example (1, -1) for x - y, with b not zero.
    parity : {1, -1, None}
        Whether h is even or odd under the reflection of both x and y about the centres of their measures.
    parity_x, parity_y : {1, -1, None}
        The same for the reflection of one of them.
    symmetric : bool
        Whether h(x, y) = h(y, x).
    """

    skeleton: tuple[np.ndarray, np.ndarray] | None = None
    product: bool = False
    linear_form: tuple[float, float] | None = None
    parity: int | None = None
    parity_x: int | None = None
    parity_y: int | None = None
    symmetric: bool = False

    @property
    def rank(self) -> int | None:
        """The number r of terms; 1 means separable."""
        return None if self.skeleton is None else len(self.skeleton[0])

    def __str__(self) -> str:
        """A phrase: ``h is a function of xy, odd, symmetric``."""
        words = {1: "even", -1: "odd"}
        said = []
        if self.rank is not None:
            said.append("separable" if self.rank == 1 else f"of rank {self.rank}")
        if self.product:
            said.append("a function of xy")
        if self.linear_form is not None:
            b = self.linear_form[1]
            size = "" if abs(b) == 1.0 else f"{abs(b):.4g} "
            said.append(f"a function of x {'+' if b > 0.0 else '-'} {size}y")
        parities = {"": self.parity, " in x": self.parity_x, " in y": self.parity_y}
        said += [words[parity] + where for where, parity in parities.items() if parity is not None]
        if self.symmetric:
            said.append("symmetric")
        return f"h is {', '.join(said)}" if said else "h shows no structure"


def find_structure(kernel: Kernel, domain: Domain, mu_x: LineMeasure, mu_y: LineMeasure) -> Structure:
    r"""Find out what a kernel is, from some thousands of its values.

    A relation h(x, y) = h(x', y') is checked at about 650 irregular points, or 70 where values of h are
    dear, drawn by a fixed seed: most from the measures made 1.5 times as wide, others from the box of the domain, and
    some more of both where h is large. The moved points are

    - (x', xy / x') and (xy / y', y') for a function of xy, with x' and y' drawn as x and y, of either sign;
    - along the lines x + b y = const for a function of x + b y. b is tried as 1 and -1; then it is the ratio of slopes,
      refined until values at the two ends of long lines agree; steps, which have no slope, are tried with a few
      plain ratios;
    - reflected about the centres of the measures for parities, and exchanged for symmetry.

    A finite rank is that of a sampled matrix whose rows and columns are scaled alike; it is claimed where the singular
    values end in a gap, and if a few rows and columns of the matrix give h at all of these points.

    Values must agree to 256 roundings of their size, or to what they change by where x and y move by 64 roundings, as
    they do beside a jump and where h oscillates. Points outside the domain are not evaluated.

    Parameters
    ----------
    kernel : Kernel
        Of points x and y. An `Elementwise` kernel is a function of xy by what it says.
    domain : Domain
        In coordinates of the measures.
    mu_x, mu_y : LineMeasure

    Returns
    -------
    Structure

    Notes
    -----
    This is evidence at finitely many points, good for choosing a method and for nothing else: error bars must compare
    the answer with the kernel itself. A relation that is broken only in a small part of the plane goes unseen if no
    point falls there: seldom where the part holds a hundredth of the measures' mass, in about one case of four where
    it holds three thousandths, and mostly where it is a narrow bump on a background. Differences below the tolerance
    go unseen as well: h is then to rounding what is claimed. The other way, steps along x + b y with an unusual b, a
    kernel of a support of less than a hundredth of the mass, and one computed with a loss of more than two digits are
    not recognised.

    Values that are not finite agree with each other, and with nothing else.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import Gaussian, Kernel
    >>> from opsvd.probing.domain import find_domain
    >>> from opsvd.probing.structure import find_structure
    >>> kernel, mu = Kernel(lambda x, y: np.abs(2.0 * x - y)), Gaussian()
    >>> structure = find_structure(kernel, find_domain(kernel, mu, mu, 1e-10), mu, mu)
    >>> structure.linear_form
    (1.0, -0.5)
    >>> print(structure)
    h is a function of x - 0.5 y, even
    """
    if domain.norm == 0.0:
        return Structure()
    probe = Probe(kernel, domain, mu_x, mu_y, _POINTS // 10 if kernel.dear else _POINTS)
    x, y = probe.x, probe.y
    x_back, y_back = (np.full_like(points, np.nan) if mu.symmetry is None else 2.0 * mu.symmetry - points
                      for mu, points in ((mu_x, x), (mu_y, y)))
    product = isinstance(kernel, Elementwise) or _is_product(probe)
    # A function of xy and of x + b y is a constant.
    candidates = () if product else _candidates(probe)
    parity_x, parity_y = probe.relation(x_back, y), probe.relation(x, y_back)
    return Structure(
        skeleton=find_skeleton(probe),
        product=product,
        linear_form=next(((1.0, b) for b in candidates if probe.relation(*_on_line(probe, b)) == 1), None),
        parity=parity_x * parity_y if parity_x and parity_y else probe.relation(x_back, y_back),
        parity_x=parity_x,
        parity_y=parity_y,
        symmetric=product or probe.relation(y, x) == 1,
    )


def _is_product(probe: Probe) -> bool:
    z = probe.x * probe.y
    return probe.relation(*probe.along(lambda x: z / x, lambda y: z / y)) == 1


def _candidates(probe: Probe) -> Iterator[float]:
    """What b may be if h is a function of x + b y, the most likely ones first."""
    yield from (-1.0, 1.0)
    slopes = _slopes(probe)
    plain = (2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1.0 / 3.0, -1.0 / 3.0)    # for steps, which have no slope
    yield from plain if slopes is None else _ratio(probe, *slopes)


def _on_line(probe: Probe, b: float) -> tuple[np.ndarray, np.ndarray]:
    return probe.along(lambda x: probe.y - (x - probe.x) / b, lambda y: probe.x - b * (y - probe.y))


def _slopes(probe: Probe) -> tuple[np.ndarray, np.ndarray] | None:
    """The derivatives of h by x and y at the probe points, NaN where they are lost in rounding; None if all are."""
    # Steps of a millionth of a scale, inwards: smaller ones are lost in rounding (|x|-like forms in test_structure.py).
    steps = [-1e-6 * side.scale * np.where(points > side.center, 1.0, -1.0)
             for side, points in zip(probe.sides, (probe.x, probe.y), strict=True)]
    x, y = (side.measure.supported(points + step) for side, points, step in
            zip(probe.sides, (probe.x, probe.y), steps, strict=True))
    moved = probe.kernel(np.stack([x, probe.x]), np.stack([probe.y, y]))
    with np.errstate(all="ignore"):
        change = moved - probe.h
        seen = np.abs(change) > 1e6 * EPS * np.maximum(np.abs(probe.h), probe.typical)    # known to six digits
        good = seen.all(axis=0) & np.isfinite(change).all(axis=0)
        slopes = np.where(good, change / np.stack(steps), np.nan)
    return (slopes[0], slopes[1]) if good.sum() >= 6 else None    # the median of fewer is no evidence


def _ratio(probe: Probe, h_x: np.ndarray, h_y: np.ndarray) -> tuple[float, ...]:
    """The b of x + b y, if the slopes have one ratio: none or one."""
    good = np.isfinite(h_x)
    ratios = h_y[good] / h_x[good]
    b = median(ratios.real)
    if not median(np.abs(ratios - b)) <= 1e-3 * abs(b):
        return ()
    for _ in range(4):    # from the three digits of a slope to rounding; one correction leaves too much
        # Along a line of the wrong b, the form x + b' y changes by (b' - b) times the step in y.
        x, y = _on_line(probe, b)
        at = np.flatnonzero(good & probe.inside(x, y) & (y != probe.y))[:FIRST]
        if at.size == 0:
            return ()
        change = probe.kernel(x[at], y[at]) - probe.h[at]
        correction = median((change / (h_x[at] * (y[at] - probe.y[at]))).real)
        if not abs(correction) <= 0.1 * abs(b):
            return ()
        b += correction
    # Coefficients are mostly written with few digits.
    plain = float(Fraction(b).limit_denominator(1000))
    return (plain if abs(plain - b) <= 1e-11 * abs(b) else b,)
