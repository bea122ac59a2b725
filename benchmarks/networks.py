"""Small networks on scikit-learn's digits, and what the gradient of one hidden weight matrix is made of.

The gradient of a matrix of n outputs and m inputs is the sum of delta_b a_b^T over the rows b of a batch: over samples,
and in a transformer over the tokens of each. delta_b is the error behind the outputs, a_b what comes in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from optax.contrib import muon
from scipy.special import ndtr
from sklearn.datasets import load_digits

CLASSES = 10
TRAINED_ON = 1500
"""So many of the 1797 digits; the others test."""


class Activation(NamedTuple):
    """A function, for jax and for numpy, and its derivative."""

    of_jax: Callable[[Any], Any]
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


ACTIVATIONS = {
    "tanh": Activation(jnp.tanh, np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    "relu": Activation(jax.nn.relu, lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0.0, 1.0, 0.0)),
    "gelu": Activation(partial(jax.nn.gelu, approximate=False), lambda z: z * ndtr(z),
                       lambda z: ndtr(z) + z * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)),
}


class Factors(NamedTuple):
    """What the gradient of the watched matrix is made of, a row for each neuron and a column for each row of a batch.

    errors : shape (n, b), of the loss by what the outputs become after the activation.
    outputs : shape (n, b), before the activation.
    inputs : shape (m, b), before the activation that they went through.
    """

    errors: np.ndarray
    outputs: np.ndarray
    inputs: np.ndarray


@dataclass(frozen=True)
class Network:
    """A network with one watched weight matrix, `watched`, of m inputs (rows) and n outputs.

    `forward(params, probe, x)` gives the logits, and the inputs and outputs of the watched matrix before their
    activations, with a row for each row of the batch; the probe is added to the outputs after their activation.
    """

    name: str
    size: tuple[int, int]
    watched: str
    output: Activation
    input: Activation | None
    start: Callable[[Any], dict[str, Any]]
    forward: Callable[[dict[str, Any], Any, Any], tuple[Any, tuple[Any, Any]]]
    tokens: int = 1

    def loss(self, params: Any, probe: Any, x: Any, y: Any) -> tuple[Any, tuple[Any, Any]]:
        """The mean cross entropy of a batch, and what `forward` tells besides."""
        logits, seen = self.forward(params, probe, x)
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean(), seen

    def gradient(self, params: Any, x: Any, y: Any) -> Any:
        """The gradient by all parameters."""
        return jax.grad(self.loss, has_aux=True)(params, 0.0, x, y)[0]

    def factors(self, params: Any, x: np.ndarray, y: np.ndarray) -> Factors:
        """The factors of the gradient of the watched matrix on a batch."""
        probe = jnp.zeros((len(x) * self.tokens, self.size[0]))
        errors, (inputs, outputs) = _probed(self, params, probe, x, y)
        return Factors(*(np.asarray(part, dtype=np.float64).T for part in (errors, outputs, inputs)))

    def left(self, factors: Factors) -> np.ndarray:
        """The errors before the activation, (n, b): rows of the left factor of the gradient."""
        return factors.errors * self.output.slope(factors.outputs)

    def right(self, factors: Factors) -> np.ndarray:
        """What comes in, (m, b): rows of the right factor."""
        return factors.inputs if self.input is None else self.input.value(factors.inputs)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The 1797 pictures of 8 by 8, of mean zero and variance one over all of them, and the digits that they show."""
    x, y = load_digits(return_X_y=True)
    return ((x - x.mean()) / x.std()).astype(np.float32), y


def _normal(key: Any, *shape: int, gain: float = 1.0) -> Any:
    """A weight matrix whose outputs are of the size of its inputs, times a gain."""
    return gain / np.sqrt(shape[0]) * jax.random.normal(key, shape)


def perceptron(name: str, width: int = 512) -> Network:
    """64 - width - width - 10, with the activation of this name; the matrix between hidden layers is watched."""
    activation, gain = ACTIVATIONS[name], 2.0**0.5 if name == "relu" else 1.0

    def start(key: Any) -> dict[str, Any]:
        keys = jax.random.split(key, 3)
        return {"first": _normal(keys[0], 64, width, gain=gain), "hidden": _normal(keys[1], width, width, gain=gain),
                "last": _normal(keys[2], width, CLASSES), "shift": jnp.zeros((2, width))}

    def forward(params: dict[str, Any], probe: Any, x: Any) -> tuple[Any, tuple[Any, Any]]:
        inputs = x @ params["first"] + params["shift"][0]
        outputs = activation.of_jax(inputs) @ params["hidden"] + params["shift"][1]
        return (activation.of_jax(outputs) + probe) @ params["last"], (inputs, outputs)

    return Network(name, (width, width), "hidden", activation, activation, start, forward)


def _normalised(h: Any) -> Any:
    """A row of mean zero and variance one for each token."""
    h = h - h.mean(axis=-1, keepdims=True)
    return h / jnp.sqrt((h**2).mean(axis=-1, keepdims=True) + 1e-6)


def _attention(params: dict[str, Any], h: Any, heads: int = 4) -> Any:
    """Attention of tokens to each other, (batch, tokens, width)."""
    q, k, v = (part.reshape(*h.shape[:2], heads, -1) for part in jnp.split(h @ params["qkv"], 3, axis=-1))
    weights = jax.nn.softmax(jnp.einsum("bshd,bthd->bhst", q, k) / q.shape[-1] ** 0.5, axis=-1)
    return jnp.einsum("bhst,bthd->bshd", weights, v).reshape(h.shape) @ params["mixed"]


def transformer(width: int = 256, hidden: int = 512) -> Network:
    """Two blocks on the eight rows of a picture as tokens; the first matrix of the first block's perceptron is watched.

    What comes in is normalised over the neurons, and went through no activation.
    """
    activation = ACTIVATIONS["gelu"]

    def start(key: Any) -> dict[str, Any]:
        keys = iter(jax.random.split(key, 11))
        params = {"embedded": _normal(next(keys), 8, width), "place": jax.random.normal(next(keys), (8, width)),
                  "last": _normal(next(keys), width, CLASSES)}
        for block in "01":
            params |= {f"qkv{block}": _normal(next(keys), width, 3 * width),
                       f"mixed{block}": _normal(next(keys), width, width),
                       f"up{block}": _normal(next(keys), width, hidden),
                       f"down{block}": _normal(next(keys), hidden, width)}
        return params

    def forward(params: dict[str, Any], probe: Any, x: Any) -> tuple[Any, tuple[Any, Any]]:
        h, seen = x.reshape(-1, 8, 8) @ params["embedded"] + params["place"], []
        for block in "01":
            h = h + _attention({name: params[f"{name}{block}"] for name in ("qkv", "mixed")}, _normalised(h))
            inputs = _normalised(h).reshape(-1, width)
            outputs = inputs @ params[f"up{block}"]
            seen.append((inputs, outputs))
            after = activation.of_jax(outputs) + (probe if block == "0" else 0.0)
            h = h + (after @ params[f"down{block}"]).reshape(h.shape)
        return _normalised(h).mean(axis=1) @ params["last"], seen[0]

    return Network("transformer", (hidden, width), "up0", activation, None, start, forward, tokens=8)


OPTIMISERS = {
    "SGD": optax.sgd(0.1),
    "sign descent": optax.sign_sgd(3e-4),
    "Adam": optax.adam(1e-3),
    "RMSprop": optax.rmsprop(3e-4, eps_in_sqrt=False),
    "Muon": muon(0.01),
}


@dataclass(frozen=True)
class Trained:
    """A network on its way: its parameters, and the state of an optimiser."""

    network: Network
    optimiser: str
    params: Any
    state: Any

    @classmethod
    def start(cls, network: Network, optimiser: str, seed: int) -> "Trained":
        """At the start, with weights drawn from a seed."""
        params = network.start(jax.random.PRNGKey(seed))
        return cls(network, optimiser, params, OPTIMISERS[optimiser].init(params))

    def with_optimiser(self, name: str) -> "Trained":
        """The same parameters, and an optimiser that has seen nothing yet."""
        return replace(self, optimiser=name, state=OPTIMISERS[name].init(self.params))

    def after(self, x: np.ndarray, y: np.ndarray) -> tuple["Trained", np.ndarray, np.ndarray]:
        """One step on: also the gradient and the update of the watched matrix, (n, m)."""
        gradient, update, params, state = _stepped(self.network, self.optimiser, self.params, self.state, (x, y))
        return (replace(self, params=params, state=state),
                *(np.asarray(part[self.network.watched], dtype=np.float64).T for part in (gradient, update)))

    def test_loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """The loss on the pictures that it was not trained on."""
        return float(_loss(self.network, self.params, x[TRAINED_ON:], y[TRAINED_ON:]))


@partial(jax.jit, static_argnums=0)
def _loss(network: Network, params: Any, x: Any, y: Any) -> Any:
    return network.loss(params, 0.0, x, y)[0]


@partial(jax.jit, static_argnums=0)
def _probed(network: Network, params: Any, probe: Any, x: Any, y: Any) -> Any:
    return jax.grad(network.loss, argnums=1, has_aux=True)(params, probe, x, y)


@partial(jax.jit, static_argnums=(0, 1))
def _stepped(network: Network, optimiser: str, params: Any, state: Any, batch: Any) -> tuple[Any, Any, Any, Any]:
    gradient = network.gradient(params, *batch)
    update, state = OPTIMISERS[optimiser].update(gradient, state, params)
    return gradient, update, optax.apply_updates(params, update), state
