"""What the cells of single pairs of nodes hold, where these pairs alone show nearly all that a rule sees."""

import numpy as np

from ..kernels import Kernel
from ..probing.domain import Domain
from ..quadrature import Rule


def norms_of_cells(kernel: Kernel, domain: Domain, rules: tuple[Rule, Rule], pairs: tuple[np.ndarray, np.ndarray],
                   answer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""The norms of h, and of what an answer leaves of it, in the cells of pairs of nodes: shape (pairs,) each.

    They are as the `weighted_samples` of these pairs, which are right if h is the same in all of the cell, as the
    weighted samples of the `answer`, shape (pairs,), are taken to be. Near a curve on which h is infinite, as
    :math:`\lvert x - y \rvert^{-p}` is, a pair that happens to be near to it says far more than its cell holds.
    """
    # Each distance from a node is a quarter of the one before, down to rounding. The mean over the points there tells
    # an energy to a third, and bars have a margin of two.
    scales, directions = 26, 16
    rng, scale = np.random.default_rng(scales), 4.0 ** -np.arange(scales)[:, None]
    # Points between a square around the node and one of a quarter of its width; the largest is the cell.
    angle, far = 2.0 * np.pi * rng.random((len(answer), scales, directions)), rng.random((scales, directions))
    turned = np.stack([np.cos(angle), np.sin(angle)])
    moves = 0.5 * scale * np.sqrt((1.0 + 15.0 * far) / 16.0) * turned / np.abs(turned).max(axis=0)
    points, weights = [], np.sqrt(15.0 / 16.0 / directions) * scale    # roots of the parts of the cell
    shares = weights
    for rule, nodes, move, (low, high) in zip(rules, pairs, moves, (domain.x, domain.y), strict=True):
        node, width = rule.nodes[nodes, None, None], np.square(rule.sqrt_lebesgue[nodes, None, None])
        there = node + width * move
        inside = np.where((there < low) | (there > high), node - width * move, there)
        points.append(np.clip(inside, low, high))
        weights = weights * rule.sqrt_weights[nodes, None, None]
    samples = kernel.finite_beside(*points) * weights
    return tuple(np.linalg.norm(one.reshape(len(answer), -1), axis=1)
                 for one in (samples, samples - shares * answer[:, None, None]))
