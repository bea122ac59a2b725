"""Atoms on one side and a measure on the line on the other: exact on the first, panels on the second."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from .._support.arrays import squares
from .._support.budget import announce
from .._support.linalg import compact_svd, krylov_svd
from ..bases import AtomBasis, PanelBasis
from ..evidence.comparison import Comparison, KnownRemainder
from ..kernels import Kernel
from ..measures import Discrete, Empirical, LineMeasure
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..probing.domain import Domain, find_domain, weighted_samples
from ..probing.slice_splitter import slice_integrals
from ..quadrature import Rule
from .panel_rules import ORDER, check_rule, first_edges, hidden_share, random_rule


def of_atoms_and_line(problem: Problem) -> Iterator[Discretisation]:
    r"""Panels that end where any slice :math:`h(x_i, \cdot)` breaks, so that all of them are resolved.

    The singular functions on the line are sums of the slices, and those on the atoms have no error but that of the
    integrals. Nothing is yielded where the slices take too many panels.
    """
    atoms_first = isinstance(problem.mu_x, Discrete)
    lines = problem.lines if atoms_first else problem.lines[::-1]
    kernel = problem.kernel if atoms_first else problem.kernel.adjoint()
    basis, line = AtomBasis(problem.sides[0 if atoms_first else 1]), lines[1]
    domain = _domain(problem, atoms_first=atoms_first)
    rng, tol = np.random.default_rng(0), problem.tolerances.integrals
    count, first = len(basis.rule), first_edges(line, domain.y, 5)
    # Slices whose pieces tell where panels must end: of more atoms some, and then those that these leave unresolved.
    most = 256
    labels, looked_at, edges = _some_labels(count, most, rng), np.zeros(count, dtype=bool), first
    while len(labels):
        looked_at[labels] = True
        edges = _joined(edges, _ends_of_slices(kernel, basis.rule.restricted(labels), line, first, tol), line)
        panels = PanelBasis(line, edges, ORDER)
        if count * len(panels.rule) > 60_000_000:    # 0.5 GB, and as much for the SVD
            return
        announce(f"{basis.size} atoms by {len(edges) - 1} panels", basis.size * panels.size, basis.size, panels.size)
        matrix = weighted_samples(kernel, domain, basis.rule, panels.rule)
        rules = check_rule(line, edges, 24.0, 14), random_rule(line, edges, rng, 3)
        atoms = _thinned(basis.rule, rng)
        hidden = hidden_share(edges, np.sum(squares(matrix), axis=0)) if matrix.any() else 0.0
        note = (f"atoms on one side, {basis.size}, and {len(edges) - 1} panels on the other, {ORDER} Gauss-Legendre "
                f"nodes each, that end where slices break")
        block, where, checks = Block(basis, panels, matrix), domain, tuple((atoms, rule) for rule in rules)
        if not atoms_first:
            block, where = Block(panels, basis, matrix.conj().T), replace(domain, x=domain.y, y=domain.x)
            checks = tuple((rule, atoms) for rule in rules)
        # Images take some twenty values for each atom and node, and are of use where slices are singular.
        seen = Comparison(problem.kernel, where, problem.rtol, checks, problem.pairs,
                          KnownRemainder(hidden), final=count > 100)
        # A large matrix that is of low rank has all of its triplets in a Krylov space; of another the leading ones do.
        factorise = partial(krylov_svd, block=48) if min(matrix.shape) > 600 else compact_svd
        yield Discretisation((block,), seen, note, factorise=factorise)
        labels = np.flatnonzero(~looked_at)
        if len(labels):
            missed = _missed(kernel, domain, basis.rule.restricted(labels), panels, rules[0])
            labels = np.sort(labels[np.argsort(-missed)[:most]])


def _some_labels(count: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """All labels, or the first, the last and random ones: at most so many."""
    return np.arange(count) if count <= most else np.union1d([0, count - 1],
                                                             rng.choice(count, most - 2, replace=False))


def _ends_of_slices(kernel: Kernel, rule: Rule, line: LineMeasure, edges: np.ndarray, tol: float) -> np.ndarray:
    """The ends of all pieces into which slices at the nodes of a rule are split."""
    return slice_integrals(kernel, rule, line, edges, tol, order=ORDER, budget=20_000_000).ends.ravel()


def _joined(edges: np.ndarray, others: np.ndarray, line: LineMeasure) -> np.ndarray:
    """Edges of panels and other places: those of two slices at one break differ by some roundings, and one is kept."""
    ends = np.unique(np.concatenate([edges, others]))
    apart = np.diff(ends) > 1e-14 * line.scale + 64.0 * np.finfo(float).eps * np.abs(ends[1:])
    kept = ends[np.append(True, apart)]
    kept[-1] = edges[-1]
    return np.asarray(kept)


def _thinned(rule: Rule, rng: np.random.Generator) -> Rule:
    """The rule of the atoms, or of some of them at random that stand for all: by these the answer is judged."""
    most = 5000    # with a thousand nodes, 40 MB
    if len(rule) <= most:
        return rule
    some = rule.restricted(np.sort(rng.choice(len(rule), most, replace=False)))
    return Rule(some.nodes, some.sqrt_lebesgue * np.sqrt(len(rule) / most), some.sqrt_density)


def _missed(kernel: Kernel, domain: Domain, rule: Rule, panels: PanelBasis, check: Rule) -> np.ndarray:
    """What panels do not resolve of the slices at the nodes of a rule, as energies at the nodes of a check rule."""
    found = []
    for start in range(0, len(rule), 1000):
        some = rule.restricted(slice(start, start + 1000))
        known = weighted_samples(kernel, domain, some, panels.rule)
        there = panels.combine(check.nodes, known.T) * check.sqrt_lebesgue[:, None]
        found.append(np.sum(squares(weighted_samples(kernel, domain, some, check) - there.T), axis=1))
    return np.concatenate(found)


def _domain(problem: Problem, *, atoms_first: bool) -> Domain:
    """Where h has its energy: with the atoms in x, and wide enough for those that have most of it at the ends."""
    atoms, line = problem.lines if atoms_first else problem.lines[::-1]
    found = problem.domain if atoms_first else replace(problem.domain, x=problem.domain.y, y=problem.domain.x)
    count = int(atoms.span[1])
    if count <= 64:    # a domain is found on a grid of as many points
        return found
    kernel = problem.kernel if atoms_first else problem.kernel.adjoint()
    low, high = found.y
    t = low + (high - low) * np.array([1e-6, 0.01, 0.03, 0.97, 0.99, 1.0 - 1e-6])
    labels = np.arange(count) + 0.5
    energy = np.max(squares(kernel.finite_grid(labels, t) * line.sqrt_density(t)), axis=1)
    most = np.argsort(-energy * atoms.sqrt_density(labels) ** 2)[:64]
    some = Empirical(atoms.points(labels[most]), atoms.sqrt_density(labels[most]) ** 2)
    given = problem.given if atoms_first else problem.given.adjoint()
    wider = find_domain(given.along(some, line), some, line, problem.rtol)
    return replace(found, y=(min(low, wider.y[0]), max(high, wider.y[1])), missing=max(found.missing, wider.missing))
