"""Quadrature rules for a probability measure, in a form that cannot underflow."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Rule:
    r"""Nodes and weights with :math:`E[f] \approx \sum_i w_i f(x_i)`, split as :math:`w_i = \lambda_i \rho(x_i)`.

    The density :math:`\rho` of a Gaussian underflows long before the weights stop to matter, while
    :math:`\lambda_i` (the weight for Lebesgue measure) is of the size of the distance between the nodes. Functions
    orthonormal in :math:`L^2(\mu)` are evaluated as :math:`f \sqrt\rho`, so that products with
    :math:`\sqrt{\lambda_i}` are exact where :math:`f \sqrt{w_i}` would be infinity times zero.

    Attributes
    ----------
    nodes : ndarray, shape (n,) or (n, k)
        The points :math:`x_i`.
    sqrt_lebesgue : ndarray, shape (n,)
        :math:`\sqrt{\lambda_i}`.
    sqrt_density : ndarray, shape (n,)
        :math:`\sqrt{\rho(x_i)}`; zero where it underflows.
    """

    nodes: np.ndarray
    sqrt_lebesgue: np.ndarray
    sqrt_density: np.ndarray

    def __repr__(self) -> str:
        """Say how many nodes there are."""
        return f"Rule({len(self)} nodes)"

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.nodes)

    @property
    def sqrt_weights(self) -> np.ndarray:
        r""":math:`\sqrt{w_i} = \sqrt{\lambda_i \rho(x_i)}`, shape (n,)."""
        return np.asarray(self.sqrt_lebesgue * self.sqrt_density)

    @property
    def weights(self) -> np.ndarray:
        """The weights w_i, shape (n,)."""
        return np.asarray(self.sqrt_weights**2)

    def restricted(self, keep: np.ndarray | slice) -> "Rule":
        """Return the rule with only the nodes selected by the mask, index or slice `keep`."""
        return Rule(self.nodes[keep], self.sqrt_lebesgue[keep], self.sqrt_density[keep])

    def every(self, step: int, first: int) -> "Rule":
        """Every second node, or every third, from the first on, with weights that make up for the others."""
        some = self.restricted(slice(first, None, step))
        return Rule(some.nodes, math.sqrt(step) * some.sqrt_lebesgue, some.sqrt_density)


def joined(*rules: Rule) -> Rule:
    """Rules one after the other, as one."""
    return Rule(*map(np.concatenate, zip(*(vars(rule).values() for rule in rules), strict=True)))
