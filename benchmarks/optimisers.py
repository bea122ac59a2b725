"""Does the update of a weight matrix stay of low rank whatever the optimiser, and is its rank predicted.

Networks of benchmarks/networks.py, on scikit-learn's digits, by jax and optax. Tables:

batch    the gradient on b samples, and its sign, which is Adam's first step; four measures of neurons predict the sign
size     sign of a part of the gradient of a wide network, n by n
parts    the sign of gradients where one kind of numbers, or all, is drawn from Gaussians in place of the network
moments  updates of Adam and RMSprop after T steps, functions of T gradients, and two predictions
law      the same after T gradients of round Gaussians, sampled, and by a law of their linear functions and noise
memory   Adam's means of gradients and of their squares, along its way
time     gradient and update of five optimisers along their way, and the test loss
spectrum singular values of these at the end

Ranks are the nuclear, the stable and the entropy rank. The tables go to results/optimisers.txt, and the figures of
docs/optimisers.md are drawn from them; --figure draws alone. --quick is a small run to stdout.
"""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import networks
import numpy as np
import optax
from networks import Network, Trained
from neurons import (
    KINDS,
    MAPS,
    SEED,
    by_halves,
    gaussian_factors,
    joint,
    of_linear_functions,
    ranks,
    ranks_of,
    replaced,
    round_rank,
    sampled,
    text,
    through_activations,
)
from optimisers_figures import RESULTS, draw, summary
from setting import machine

import opsvd

BATCH = 32
"""Samples in a step, where the size of the batch is not what is varied."""

PREDICTIONS = gaussian_factors, through_activations

AT = (1, 2, 5, 10, 20, 50, 100)
"""Steps after which matrices are looked at."""


@dataclass(frozen=True)
class Sizes:
    """How much is computed: small networks for a quick look, or those of the page."""

    networks: tuple[Network, ...]
    wide: Network
    batches: tuple[int, ...]
    steps: int
    moments: tuple[int, ...]
    draws: int
    optimisers: tuple[str, ...]
    parts: tuple[int, ...]


def sizes(quick: bool) -> Sizes:
    """The sizes of a run."""
    if quick:
        small = networks.perceptron("tanh", 48)
        return Sizes((small,), small, (1, 4), 2, (1, 2), 1, ("sign descent", "Muon"), (24, 48))
    full = networks.perceptron("tanh"), networks.perceptron("relu"), networks.transformer()
    return Sizes(full, networks.perceptron("tanh", 1024), (1, 2, 4, 8, 16, 32, 64, 128, 256), 100, (1, 2, 4, 8, 16), 3,
                 tuple(networks.OPTIMISERS), (64, 128, 256, 512, 1024))


class Run:
    """Digits, and networks that Adam has trained on them for some steps."""

    def __init__(self, scale: Sizes) -> None:
        self.scale, (self.x, self.y) = scale, networks.digits()

    def batch(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Pictures to train on, drawn without repetition, and what they show."""
        chosen = rng.choice(networks.TRAINED_ON, count, replace=False)
        return self.x[chosen], self.y[chosen]

    def trained(self, network: Network, steps: int) -> Trained:
        """After some steps of Adam."""
        one, rng = Trained.start(network, "Adam", SEED), np.random.default_rng(SEED)
        for _ in range(steps):
            one = one.after(*self.batch(rng, BATCH))[0]
        return one

    def batches(self) -> Iterator[str]:
        """The table `batch`: means over draws of batches."""
        yield (f"{'table':8} {'network':11} {'step':>4} {'b':>4} {'rows':>5}  gradient: {', '.join(KINDS)}; sign; sign "
               f"by Gaussian; through activations; round: nuclear; halves: ratio; spread of the sign over draws")
        for network in self.scale.networks:
            for steps in (0, self.scale.steps):
                params = self.trained(network, steps).params
                for count in self.scale.batches:
                    if count * network.tokens > 256:    # as many as neurons, of which covariances would know little
                        continue
                    rng = np.random.default_rng([SEED, count])
                    draws = [self._draw(network, params, *self.batch(rng, count)) for _ in range(self.scale.draws)]
                    mean, spread = np.mean(draws, axis=0), np.std([draw[3] for draw in draws])
                    k = count * network.tokens
                    yield (f"{'batch':8} {network.name:11} {steps:4} {count:4} {k:5} {text(mean[:12])} "
                           f"{text(round_rank(k, network.size))} {text([mean[12], spread])}")

    def _draw(self, network: Network, params: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        factors = network.factors(params, x, y)
        gradient = network.left(factors) @ network.right(factors).T
        found, k = [ranks_of(gradient), ranks_of(np.sign(gradient))], factors.errors.shape[1]
        if k == 1:
            return np.concatenate([*found, *found[1:], *found[1:], [1.0]])
        return np.concatenate([*found, *(sampled(np.sign, (k,), measures(network, factors), network.size)
                                         for measures in PREDICTIONS), [by_halves(network, factors)]])

    def by_sizes(self) -> Iterator[str]:
        """The table `size`: parts of the sign of the gradient of a wide network."""
        yield f"{'table':8} {'network':11} {'step':>4} {'b':>4} {'n':>5}  sign: {', '.join(KINDS)}; through activations"
        network = self.scale.wide
        for steps in (0, self.scale.steps):
            params = self.trained(network, steps).params
            for count in self.scale.batches[1::2]:
                factors = network.factors(params, *self.batch(np.random.default_rng([SEED, count]), count))
                sign = np.sign(network.left(factors) @ network.right(factors).T)
                measures = through_activations(network, factors)
                for n in self.scale.parts:
                    blocks = [sign[i:i + n, i:i + n] for i in range(0, len(sign), n)][:4]
                    found = np.mean([ranks_of(block) for block in blocks], axis=0)
                    yield (f"{'size':8} {network.name:11} {steps:4} {count:4} {n:5} {text(found)} "
                           f"{text(sampled(np.sign, (count,), measures, (n, n)))}")

    def parts(self) -> Iterator[str]:
        """The table `parts`: nuclear ranks with Gaussians in place of some numbers of the network."""
        yield (f"{'table':8} {'network':11} {'of':8} {'rows':>4}  nuclear rank: real, Gaussian errors, outputs, "
               f"inputs, all; excess kurtosis over neurons of errors, outputs, inputs; outputs negative on all rows: "
               f"real, Gaussian")
        for network in self.scale.networks:
            for steps in (0, self.scale.steps):
                b = max(self.scale.batches) // network.tokens
                factors = network.factors(self.trained(network, steps).params,
                                          *self.batch(np.random.default_rng(SEED), b))
                yield f"{'parts':8} {network.name:11} {f'step-{steps}':8} {replaced(network, [factors], np.sign)}"

    def moments(self) -> Iterator[str]:
        """The table `moments`: updates of optimisers that start anew, as functions of several gradients."""
        yield (f"{'table':8} {'network':11} {'update':>8} {'b':>4} {'T':>5}  update: {', '.join(KINDS)}; by Gaussian; "
               f"through activations")
        for network in self.scale.networks:
            start = self.trained(network, self.scale.steps // 5)
            for count in (4, 16):
                b = max(1, count // network.tokens)
                for name, phi in MAPS.items():
                    one, rng, parts = start.with_optimiser(name), np.random.default_rng([SEED, count]), []
                    for step in range(1, max(self.scale.moments) + 1):
                        batch = self.batch(rng, b)
                        parts.append(network.factors(one.params, *batch))
                        one, _, update = one.after(*batch)
                        if step not in self.scale.moments:
                            continue
                        dims = (b * network.tokens,) * step
                        found = [sampled(phi, dims, measures(network, joint(parts)), network.size)
                                 for measures in PREDICTIONS]
                        yield (f"{'moments':8} {network.name:11} {name:>8} {b * network.tokens:4} {step:5} "
                               f"{text(ranks_of(update))} {text(found)}")
                    if (name, count) == ("Adam", 16):
                        yield f"{'parts':8} {network.name:11} {name:8} {replaced(network, parts, phi)}"

    def laws(self) -> Iterator[str]:
        """The table `law`: Adam and RMSprop after T steps under round Gaussians, sampled and by a formula."""
        yield f"{'table':8} {'update':11} {'k':>4} {'T':>4} {'n':>4}  energy of linear functions; nuclear: law, sampled"
        k, n = (32, 512) if self.scale.draws > 1 else (8, 64)
        for name, phi in MAPS.items():
            for count in (1, *self.scale.moments[1:], *((64,) if self.scale.draws > 1 else ())):
                share, rank = of_linear_functions(phi, count, k, n)
                standard = (opsvd.Gaussian.standard(k * count),) * 2
                found = sampled(phi, (k,) * count, standard, (n, n))[0] if count <= 16 else np.nan
                yield f"{'law':8} {name:11} {k:4} {count:4} {n:4} {text([share, rank, found])}"

    def memory(self) -> Iterator[str]:
        """The table `memory`: what Adam divides, and by what."""
        yield (f"{'table':8} {'network':11} {'step':>4}  nuclear rank: mean gradient, root of the mean square, their "
               f"quotient, sign of the mean gradient; energy of the first direction of the root")
        for network in self.scale.networks:
            one, rng, first, second = Trained.start(network, "Adam", SEED), np.random.default_rng(SEED), 0.0, 0.0
            for step in range(1, self.scale.steps + 1):
                one, gradient, update = one.after(*self.batch(rng, BATCH))
                first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
                if step in AT:
                    found = [ranks_of(matrix) for matrix in (first, np.sqrt(second), update, np.sign(first))]
                    yield (f"{'memory':8} {network.name:11} {step:4} {text([one[0] for one in found])} "
                           f"{text(1.0 / found[1][1])}")

    def times(self) -> Iterator[str]:
        """The tables `time` and `spectrum`: gradients and updates along the way."""
        yield (f"{'table':8} {'network':11} {'optimiser':12} {'step':>5}  gradient: {', '.join(KINDS)}; update; energy "
               f"of ten directions of the update; test loss")
        for network in self.scale.networks:
            for name in self.scale.optimisers:
                one, rng = Trained.start(network, name, SEED), np.random.default_rng(SEED)
                for step in range(1, self.scale.steps + 1):
                    one, *matrices = one.after(*self.batch(rng, BATCH))
                    if step not in AT:
                        continue
                    spectra = [np.linalg.svd(matrix, compute_uv=False) for matrix in matrices]
                    share = (spectra[1][:10] ** 2).sum() / (spectra[1] ** 2).sum()
                    found = [*(ranks(values) for values in spectra), [share, one.test_loss(self.x, self.y)]]
                    yield (f"{'time':8} {network.name:11} {name.replace(' ', '-'):12} {step:5} "
                           f"{text(np.concatenate(found))}")
                index = np.unique(np.geomspace(1, min(network.size), 40).astype(int))
                for label, values in (("gradient", spectra[0]), ("update", spectra[1])):
                    places = " ".join(f"{i}:{values[i - 1] / values[0]:.3g}" for i in index)
                    yield f"{'spectrum':8} {network.name:11} {name.replace(' ', '-'):12} {label:8} {places}"


def tables(scale: Sizes) -> Iterator[str]:
    """All lines."""
    run = Run(scale)
    yield f"{machine()}\njax {networks.jax.__version__}, optax {optax.__version__}, seed {SEED}"
    for table in (run.batches, run.by_sizes, run.parts, run.moments, run.laws, run.memory, run.times):
        yield ""
        yield from table()


def main(quick: bool) -> None:
    """Compute the tables; store and draw them unless this is a quick look."""
    lines = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        for line in tables(sizes(quick)):
            print(line, flush=True)
            lines.append(line)
    if not quick:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(summary()) + "\n")
        draw()


if __name__ == "__main__":
    draw() if "--figure" in sys.argv else main("--quick" in sys.argv)
