"""What a black-box kernel turns out to be: separable, a function of xy or of a x + b y, even or odd, symmetric."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import scipy.linalg

from .._support.floats import EPS
from .._support.linalg import equilibrated
from ..kernels import SMALLEST_SIZE, Elementwise, Kernel
from ..measures import LineMeasure
from ..quadrature.breaks import ROUNDING
from .domain import Domain, within

# Points that are drawn, of which every second one becomes a probe point, and as many as a twelfth of them where h is
# large.
_POINTS = 1200
# Other points tried on the same level line, before a point is left out.
_TRIES = 6
# Points at which a relation is tried first, and given up if many values disagree by more than rounding can explain.
_FIRST = 48
# Values that differ by more than this part of their size differ by more than rounding; what is known to less says
# nothing.
_DIFFERENT = 1e-6
# Comparisons of values that are neither zero nor lost in rounding; with fewer, nothing is claimed.
_FEWEST = 24


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
    probe = _Probe(kernel, domain, mu_x, mu_y, _POINTS // 10 if kernel.dear else _POINTS)
    x, y = probe.x, probe.y
    x_back, y_back = (np.full_like(points, np.nan) if mu.symmetry is None else 2.0 * mu.symmetry - points
                      for mu, points in ((mu_x, x), (mu_y, y)))
    product = isinstance(kernel, Elementwise) or _is_product(probe)
    # A function of xy and of x + b y is a constant.
    candidates = () if product else _candidates(probe)
    return Structure(
        skeleton=_skeleton(probe),
        product=product,
        linear_form=next(((1.0, b) for b in candidates if probe.relation(*_on_line(probe, b)) == 1), None),
        parity=probe.relation(x_back, y_back),
        parity_x=probe.relation(x_back, y),
        parity_y=probe.relation(x, y_back),
        symmetric=probe.relation(y, x) == 1,
    )


class _Line:
    """The points x of one variable: where they are, and of which size."""

    def __init__(self, measure: LineMeasure, interval: tuple[float, float]) -> None:
        self.measure, self.interval = measure, interval
        around = measure.center + 0.5 * measure.scale * np.array([-1.0, 0.0, 1.0])
        below, self.center, above = measure.points(around).tolist()
        self.scale = above - below
        low, high = measure.points(np.array(interval)).tolist()
        self.ends = low, high

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points of which two thirds are from the measure, made 1.5 times as wide, and others anywhere in the interval.

        Both in its coordinate.
        """
        central, mu = 2 * n // 3, self.measure
        wide = mu.center + 1.5 * (mu.coordinate(mu.sample(n, rng)) - mu.center)
        use = (np.arange(n) < central) & (wide > self.interval[0]) & (wide < self.interval[1])
        return mu.points(np.where(use, wide, rng.uniform(*self.interval, n)))

    def inside(self, x: np.ndarray) -> np.ndarray:
        """Whether numbers are points of the interval, and not between parts of a measure, or atoms."""
        inside = within(x, self.ends)
        some = x[inside]
        inside[inside] = self.measure.supported(some) == some
        return inside

    def central(self, x: np.ndarray, reach: float) -> np.ndarray:
        """Which points are among the inner 95 percent about the median, or so many times as far; all in plain measures.

        Far out along heavy tails kernels that oscillate are rounded to few digits.
        """
        if self.measure.plain:
            return np.ones(len(x), dtype=bool)
        typical = self.measure.from_uniform((np.arange(200.0) + 0.5) / 200.0)
        median = np.median(typical)
        spread = float(np.quantile(np.abs(typical - median), 0.95)) or np.inf    # one atom may have as much
        return np.asarray(np.abs(x - median) <= reach * spread)

    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The half-density in the coordinate."""
        return self.measure.sqrt_density(self.measure.coordinate(x))


class _Probe:
    """The points, the values there, and the comparison with values at moved points."""

    def __init__(self, kernel: Kernel, domain: Domain, mu_x: LineMeasure, mu_y: LineMeasure, points: int) -> None:
        self.kernel, self.large = kernel, points // 12
        self.sides = tuple(_Line(mu, interval) for mu, interval in ((mu_x, domain.x), (mu_y, domain.y)))
        self.rng = np.random.default_rng(20240229)
        x, y = (side.draw(points, self.rng) for side in self.sides)
        h = kernel(x, y)
        if np.count_nonzero(h) < self.large:    # of narrow support: many more are drawn
            more_x, more_y = (np.concatenate([side.draw(points, self.rng) for _ in range(16)]) for side in self.sides)
            more = kernel(more_x, more_y)
            seen = np.flatnonzero(more)[:self.large]
            x, y, h = (np.append(few, many[seen]) for few, many in ((x, more_x), (y, more_y), (h, more)))
        chosen = self._chosen(np.abs(h) * self.sides[0].sqrt_density(x) * self.sides[1].sqrt_density(y))
        self.x, self.y, self.h = x[chosen], y[chosen], h[chosen]
        finite = np.abs(self.h[np.isfinite(self.h)])
        self.typical = _median(finite) if finite.size else 0.0

    def _chosen(self, weight: np.ndarray) -> np.ndarray:
        """Every second point, and others drawn with probabilities that rise with the weight, in no order."""
        with np.errstate(divide="ignore"):
            key = np.log(np.where(np.isfinite(weight), weight, 0.0)) + self.rng.gumbel(size=weight.size)
        chosen = np.arange(weight.size) % 2 == 0
        chosen[np.argpartition(key, -self.large)[-self.large:]] = True
        return self.rng.permutation(np.flatnonzero(chosen))

    @cached_property
    def others(self) -> tuple[np.ndarray, np.ndarray]:
        """The x and the y of the points in other orders, shape (tries, n) each."""
        x, y = (self.rng.permuted(np.broadcast_to(points, (_TRIES, len(points))), axis=1)
                for points in (self.x, self.y))
        return x, y

    def inside(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Whether points are in the box of the domain."""
        return np.asarray(self.sides[0].inside(x) & self.sides[1].inside(y))

    def relation(self, x: np.ndarray, y: np.ndarray) -> int | None:
        """1 if h at the moved points is h at the probe points, -1 if it is -h, None if neither is seen."""
        index = np.flatnonzero(self.inside(x, y))
        if index.size < _FEWEST:
            return None
        first, rest = index[:_FIRST], index[_FIRST:]
        moved = self.kernel(x[first], y[first])
        signs = [sign for sign in (1, -1) if not self._contradicted(*self._compared(first, sign * moved))]
        if not signs:
            return None
        if rest.size:
            moved = np.concatenate([moved, self.kernel(x[rest], y[rest])])
        return next((sign for sign in signs if self.agree(index, sign * moved)), None)

    def agree(self, index: np.ndarray, values: np.ndarray, roundings: np.ndarray | float = 0.0) -> bool:
        """Whether `values` are h at the probe points `index`, to rounding and a further size of which it is taken."""
        apart, size = self._compared(index, values)
        if self._contradicted(apart, size):
            return False
        # Kernels are computed to within 256 roundings of their size.
        allowed = 256.0 * EPS * np.maximum(np.maximum(size, self.typical), roundings)
        doubtful = apart > allowed
        if doubtful.any():
            allowed[doubtful] += self._variation(index[doubtful])
        informative = allowed < _DIFFERENT * size
        return bool((apart <= allowed).all() and np.count_nonzero(informative) >= _FEWEST)

    def _compared(self, index: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far values are apart, and how large they are: infinitely far if one is not finite, and 0 if both."""
        h = self.h[index]
        with np.errstate(invalid="ignore", over="ignore"):
            apart, size = np.abs(h - values), np.maximum(np.abs(h), np.abs(values))
        both = np.isfinite(size)
        if not both.all():
            apart[~both], size[~both] = np.inf, 0.0
            apart[~np.isfinite(h) & ~np.isfinite(values)] = 0.0
        return apart, size

    def _contradicted(self, apart: np.ndarray, size: np.ndarray) -> bool:
        """Whether a quarter of the values that are not zero are so far apart that no rounding explains it.

        Beside jumps some may be. At three quarters kernels that are infinite on a line pass for functions of xy.
        """
        far = apart > _DIFFERENT * np.maximum(size, self.typical)
        return bool(np.count_nonzero(far) > 0.25 * np.count_nonzero((size > 0.0) | far))

    def _variation(self, index: np.ndarray) -> np.ndarray:
        """How much h changes where x or y moves by some roundings."""
        x, y, h = self.x[index], self.y[index], self.h[index]
        dx, dy = (ROUNDING * (np.abs(points) + side.scale) for points, side in zip((x, y), self.sides, strict=True))
        x, y = np.stack([x - dx, x + dx, x, x]), np.stack([y, y, y - dy, y + dy])
        nudged = self.kernel(*(side.measure.supported(points) for points, side in
                               zip((x, y), self.sides, strict=True)))
        known = np.isfinite(nudged) & np.isfinite(h)
        return np.asarray(np.max(np.abs(np.where(known, nudged, 0.0) - np.where(known, h, 0.0)), axis=0))

    def along(self, y_at: Callable[[np.ndarray], np.ndarray],
              x_at: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Other points of the box on the level lines y = y_at(x), x = x_at(y) through the probe points."""
        x, y = np.empty((2 * _TRIES, len(self.x))), np.empty((2 * _TRIES, len(self.x)))
        # Every second try of each kind, so that neither the x nor the y drawn prevails.
        x[::2], y[1::2] = self.others
        with np.errstate(all="ignore"):
            x[1::2], y[::2] = x_at(y[1::2]), y_at(x[::2])
        start = np.argmax(self.inside(x, y), axis=0)
        columns = np.arange(len(self.x))
        return x[start, columns], y[start, columns]


def _is_product(probe: _Probe) -> bool:
    z = probe.x * probe.y
    return probe.relation(*probe.along(lambda x: z / x, lambda y: z / y)) == 1


def _candidates(probe: _Probe) -> Iterator[float]:
    """What b may be if h is a function of x + b y, the most likely ones first."""
    yield from (-1.0, 1.0)
    slopes = _slopes(probe)
    plain = (2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1.0 / 3.0, -1.0 / 3.0)    # for steps, which have no slope
    yield from plain if slopes is None else _ratio(probe, *slopes)


def _on_line(probe: _Probe, b: float) -> tuple[np.ndarray, np.ndarray]:
    return probe.along(lambda x: probe.y - (x - probe.x) / b, lambda y: probe.x - b * (y - probe.y))


def _slopes(probe: _Probe) -> tuple[np.ndarray, np.ndarray] | None:
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


def _ratio(probe: _Probe, h_x: np.ndarray, h_y: np.ndarray) -> tuple[float, ...]:
    """The b of x + b y, if the slopes have one ratio: none or one."""
    good = np.isfinite(h_x)
    ratios = h_y[good] / h_x[good]
    b = _median(ratios.real)
    if not _median(np.abs(ratios - b)) <= 1e-3 * abs(b):
        return ()
    for _ in range(4):    # from the three digits of a slope to rounding; one correction leaves too much
        # Along a line of the wrong b, the form x + b' y changes by (b' - b) times the step in y.
        x, y = _on_line(probe, b)
        at = np.flatnonzero(good & probe.inside(x, y) & (y != probe.y))[:_FIRST]
        if at.size == 0:
            return ()
        change = probe.kernel(x[at], y[at]) - probe.h[at]
        correction = _median((change / (h_x[at] * (y[at] - probe.y[at]))).real)
        if not abs(correction) <= 0.1 * abs(b):
            return ()
        b += correction
    # Coefficients are mostly written with few digits.
    plain = float(Fraction(b).limit_denominator(1000))
    return (plain if abs(plain - b) <= 1e-11 * abs(b) else b,)


def _skeleton(probe: _Probe) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows and columns that give all of h, if at most seven do."""
    # The points are in no order. With 7 rows and columns not all ranks are seen, and 72 are too many values for what
    # test_structure.py allows.
    count = 24 if len(probe.x) > 200 else 16
    x, y = (points[side.central(points, 1.0)][cut] for points, side, cut in
            ((probe.x, probe.sides[0], slice(count)), (probe.y, probe.sides[1], slice(-count, None))))
    matrix = probe.kernel(x[:, None], y[None, :])
    if not np.isfinite(matrix).all() or np.abs(matrix).max(initial=0.0) < SMALLEST_SIZE:
        return None
    scaled, rows, columns = equilibrated(matrix)
    s = np.linalg.svd(scaled, compute_uv=False)
    # A finite rank shows as a gap, from 1e-6 to rounding; at 1e-11 tanh(xy) has one (test_structure.py).
    rank = int(np.sum(s > 1e-6 * s[0]))
    support = min(int(scaled.any(axis=1).sum()), int(scaled.any(axis=0).sum()))
    # A few rows that are not zero have a small rank whatever they are.
    if not 0 < rank <= min(7, support // 2 - 2) or s[rank] > 1e-13 * s[0]:
        return None
    chosen_x = scipy.linalg.qr(scaled.T, mode="r", pivoting=True)[1][:rank]
    chosen_y = scipy.linalg.qr(scaled[chosen_x], mode="r", pivoting=True)[1][:rank]
    # h(x, y) = h(x, Y) h(X, Y)^-1 h(X, y), if a rank is all there is.
    inverse = np.linalg.inv(scaled[np.ix_(chosen_x, chosen_y)])
    with np.errstate(all="ignore"):
        left = probe.kernel(probe.x[:, None], y[chosen_y]) * columns[chosen_y]
        right = probe.kernel(x[chosen_x][:, None], probe.y) * rows[chosen_x][:, None]
        predicted = np.sum(left * (inverse @ right).T, axis=1)
        roundings = np.sum(np.abs(left) * (np.abs(inverse) @ np.abs(right)).T, axis=1)
    told = np.flatnonzero(probe.sides[0].central(probe.x, 30.0) & probe.sides[1].central(probe.y, 30.0))
    agrees = probe.agree(told, predicted[told], roundings[told])
    return (x[chosen_x], y[chosen_y]) if agrees else None


def _median(values: np.ndarray) -> float:
    """The median, the larger one of two."""
    return float(np.partition(values, values.size // 2)[values.size // 2])
