r"""Images of functions of a number x under the adjoint of phi(u(x) v_1 + beta v_2): integrals along x.

They are split where phi breaks, which is at :math:`u = (z_0 - \beta v_2) / v_1`. So they are as exact for kinks and
jumps as for smooth functions, at every point v.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._support.floats import TINY, chunks
from ..kernels import Side
from ..measures import Chi
from ..quadrature import PanelFunction, gauss_legendre, legendre_moments, legendre_transform, on_panels
from .harmonics import polar
from .multiplets import MultipletBasis
from .panels import PanelBasis
from .polyspherical import Polyspherical


@dataclass(frozen=True, eq=False)
class NeuronSlices:
    """Integrals over x of phi(u(x) v_1 + bias v_2) times the functions of a `PanelBasis`.

    Attributes
    ----------
    order : int
        The functions on a panel.
    along : PanelFunction
        The number u, increasing in the coordinate of x.
    root : PanelFunction
        The root of the density of the coordinate, on the same panels.
    bias : float
    breaks : ndarray
        The numbers at which phi breaks.
    kept : list
        What `images` gave last.
    """

    order: int
    along: PanelFunction
    root: PanelFunction
    bias: float
    breaks: np.ndarray
    kept: "list[tuple[object, np.ndarray, np.ndarray, np.ndarray]]" = field(default_factory=list, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """All but what is kept."""
        return {**self.__dict__, "kept": []}

    @classmethod
    def of(cls, panels: PanelBasis, along: Callable[[np.ndarray], np.ndarray], bias: float,
           breaks: np.ndarray) -> "NeuronSlices":
        """For a function u of the coordinate of a measure."""
        fine = panels.order + 8    # so that u and the density are known better than functions that are summed
        u, root = (PanelFunction.of(part, panels.edges, fine) for part in (along, panels.measure.sqrt_density))
        return cls(panels.order, u, root, bias, breaks)

    @property
    def edges(self) -> np.ndarray:
        """Of the panels."""
        return self.along.edges

    @property
    def ends(self) -> np.ndarray:
        """The number u at the edges."""
        panels = np.append(np.arange(len(self.edges) - 1), len(self.edges) - 2)
        return self.along.on(panels, np.append(-np.ones(len(self.edges) - 1), 1.0))

    def means(self, phi: Callable[[np.ndarray], np.ndarray], v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The integrals at points v, (n, 2): (n, panels * order), and those of phi^2 alone, (n,)."""
        count = len(self.edges) - 1
        places, weights = gauss_legendre(self.order)
        panels = np.arange(count)[:, None]
        u, root = self.along.on(panels, places), self.root.on(panels, places)
        roots = root * np.sqrt(0.5 * np.diff(self.edges)[:, None] * weights)
        across = self.bias * v[:, 1]
        values = phi(v[:, :1, None] * u + across[:, None, None]) * roots
        squares = np.sum(values**2, axis=2)
        pairs, moments, energies = self._split(phi, v[:, 0], across)
        values.reshape(-1, self.order)[pairs] = moments
        squares.reshape(-1)[pairs] = energies
        return values.reshape(len(v), -1), squares.sum(axis=1)

    def images(self, phi: Callable[[np.ndarray], np.ndarray], v: np.ndarray, span: np.ndarray) -> np.ndarray:
        """The integrals of sums of the functions, (n, q), with coefficients (panels * order, q).

        The last ones are kept, since functions of all degrees are asked for at the same points.
        """
        for asked, coefficients, points, images in self.kept:
            if asked is phi and coefficients is span and np.array_equal(points, v):
                return images
        parts = [self.means(phi, v[some])[0] @ span for some in chunks(len(v), 4 * len(span))]
        images = np.concatenate(parts or [np.zeros((0, span.shape[1]))])
        if images.size <= 2_000_000:    # 16 MB
            self.kept[:] = [(phi, span, v, images)]
        return images

    def _split(self, phi: Callable[[np.ndarray], np.ndarray], slope: np.ndarray,
               across: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same on panels in which phi breaks: which of points times panels, integrals of functions and of phi^2."""
        count = len(self.edges) - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (self.breaks - across[:, None]) / slope[:, None]
        ends = self.ends
        inside = (at > ends[0]) & (at < ends[-1])
        point, at = np.nonzero(inside)[0], at[inside]
        panel = np.clip(np.searchsorted(ends, at, side="right") - 1, 0, count - 1)
        found = point * count + panel
        pairs = np.unique(found)
        keys = np.concatenate([pairs, pairs, found])
        places = np.concatenate([-np.ones(len(pairs)), np.ones(len(pairs)), self._places(panel, at)])
        order = np.lexsort((places, keys))
        keys, places = keys[order], places[order]
        within = keys[1:] == keys[:-1]
        key, left, right = keys[:-1][within], places[:-1][within, None], places[1:][within, None]
        # More nodes than functions have, since phi is not constant.
        place, weights = on_panels(left, right, *gauss_legendre(self.order + 8))
        point, panel = (key // count)[:, None], (key % count)[:, None]
        u, root = self.along.on(panel, place), self.root.on(panel, place)
        half = 0.5 * np.diff(self.edges)[panel]
        values = phi(slope[point] * u + across[point]) * root
        moments = legendre_moments(place, values * weights, self.order) * np.sqrt(half)
        first = np.searchsorted(key, pairs)
        if len(pairs) == 0:
            return pairs, np.zeros((0, self.order)), np.zeros(0)
        return (pairs, np.add.reduceat(moments, first) @ legendre_transform(self.order),
                np.add.reduceat(np.sum(values**2 * weights * half, axis=1), first))

    def _places(self, panel: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Where u has given values on panels, by Newton's method."""
        low, high = (self.along.on(panel, np.full(len(at), end)) for end in (-1.0, 1.0))
        place = np.clip(2.0 * (at - low) / np.where(high > low, high - low, 1.0) - 1.0, -1.0, 1.0)
        step = 1e-4
        for _ in range(6):    # each doubles the digits, of which a secant over a short step has eight at once
            ahead, behind = self.along.on(panel, place + step), self.along.on(panel, place - step)
            rise = np.where(ahead > behind, (ahead - behind) / (2.0 * step), np.inf)
            place = np.clip(place - (self.along.on(panel, place) - at) / rise, -1.0, 1.0)
        return np.asarray(place)


class NeuronImages(MultipletBasis):
    r"""r functions :math:`g_j(y) = E_z[\varphi(u(z) |v_1| + \beta v_2)\, f_j(z)]` of :math:`v = W y + c`, orthonormal.

    :math:`v_1` is a number, of which no absolute value is taken, or the other coordinates of v together. Then the
    functions are times harmonics of it, of one degree; or they are sums over many harmonics Y, with other f_j for each:
    :math:`\sum_Y Y(v_1 / |v_1|) E_z[\varphi(u(z) |v_1| + \beta v_2)\, f_{Yj}(z)]`.

    Parameters
    ----------
    side : Side
    turn : ndarray, shape (k, p)
        The matrix W.
    shift : ndarray, shape (k,)
        The vector c.
    degree : int
        Of the harmonics, if k is more than two and they are of one degree.
    angular : Polyspherical or None
        Of single coordinates, if the functions are sums over these.
    slices : NeuronSlices
    phi : PanelFunction
    span : ndarray, shape (panels * order, q)
        Functions in the panels of the slices, the same for all degrees.
    table : ndarray, shape (harmonics, q, r)
        The f_Yj as sums of these; of one degree there is one.
    """

    exact = True

    def __init__(self, side: Side, *, turn: np.ndarray, shift: np.ndarray, degree: int,
                 angular: Polyspherical | None = None, slices: NeuronSlices, phi: PanelFunction, span: np.ndarray,
                 table: np.ndarray) -> None:
        groups = ((len(shift) - 1, 1), (degree, 0))
        super().__init__(side, turn, shift, *(groups if angular is None else ((1,) * len(shift), (0,) * len(shift))))
        self.degree, self.angular = degree, angular
        self.slices, self.phi, self.span, self.table = slices, phi, span, table

    @property
    def size(self) -> int:
        """The number r of functions."""
        return int(self.table.shape[-1])

    def of_turned(self, a: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Integrals along z, for every vector."""
        if a.shape[1] == 2:
            return np.asarray(self.slices.images(self.phi, a, self.span) @ (self.table[0] @ coefficients))
        length, direction = polar(a[:, :-1])
        images = self.slices.images(self.phi, np.column_stack([length, a[:, -1]]), self.span)
        table = self.table @ coefficients
        if self.angular is None:
            return np.asarray(images @ table[0])
        sums = np.zeros((len(a), table.shape[-1]))
        for some in chunks(len(a), table.size // len(table[0])):
            harmonics = self.angular.at(direction[some]).reshape(-1, len(table))
            products = images[some] @ np.moveaxis(table, 1, 0).reshape(table.shape[1], -1)
            sums[some] = np.einsum("nh,nhr->nr", harmonics, products.reshape(len(products), len(table), -1))
        return sums

    def state(self) -> dict[str, Any]:
        """The arguments of all that it is made of."""
        slices, angular = self.slices, {} if self.angular is None else self.angular.state()
        return {**angular, "turn": self.turn, "shift": self.shift, "degree": self.degree, "span": self.span,
                "table": self.table, "order": slices.order, "edges": slices.edges, "along": slices.along.coefficients,
                "root": slices.root.coefficients, "bias": slices.bias, "breaks": slices.breaks,
                "phi_edges": self.phi.edges, "phi": self.phi.coefficients}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "NeuronImages":
        """From what `state` gives."""
        along, root = (PanelFunction(state["edges"], state[name]) for name in ("along", "root"))
        slices = NeuronSlices(state["order"], along, root, state["bias"], state["breaks"])
        angular = Polyspherical.from_state(state) if "tops" in state else None
        return cls(side, turn=state["turn"], shift=state["shift"], degree=state["degree"], angular=angular,
                   slices=slices, phi=PanelFunction(state["phi_edges"], state["phi"]), span=state["span"],
                   table=state["table"].reshape(-1, *state["table"].shape[-2:]))


class ContinuedPanels(PanelBasis):
    """Panels whose sums keep, beyond where they have digits, the value that they have there."""

    def trusted(self, points: np.ndarray) -> np.ndarray:
        """Everywhere."""
        return np.ones(len(points), dtype=bool)

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """At points where sums have digits, and at the nearest such points of others."""
        nodes = self.rule.nodes[self.reliable(self.rule.nodes)]
        t = np.clip(self.measure.coordinate(points), nodes[0], nodes[-1])
        return np.asarray(self.combine(t, coefficients) / self.measure.sqrt_density(t)[:, None])


class LengthPanels(MultipletBasis):
    r"""Functions of the length of all coordinates but the last of :math:`a = W x + c`, on panels, times harmonics.

    Parameters
    ----------
    side : Side
    turn : ndarray, shape (k, p)
        The matrix W.
    shift : ndarray, shape (k,)
        The vector c.
    degree : int
        Of the harmonics.
    std : float
        The standard deviation of these coordinates, which are Gaussian.
    edges : ndarray
        Of the panels, in the coordinate of `Chi`.
    order : int
    """

    def __init__(self, side: Side, *, turn: np.ndarray, shift: np.ndarray, degree: int, std: float, edges: np.ndarray,
                 order: int) -> None:
        super().__init__(side, turn, shift, (len(shift) - 1, 1), (degree, 0))
        self.std, self.panels = std, ContinuedPanels(Chi(len(shift) - 1, std), edges, order)

    @property
    def size(self) -> int:
        """That of the panels."""
        return self.panels.size

    def of_turned(self, a: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums on the panels; those at length zero are at a tiny one."""
        return self.panels.sums(np.maximum(polar(a[:, :-1])[0], TINY), coefficients)

    def state(self) -> dict[str, Any]:
        """The arguments."""
        return {"turn": self.turn, "shift": self.shift, "degree": self.degrees[0], "std": self.std,
                "edges": self.panels.edges, "order": self.panels.order}
