r"""
Random features: how good is a network with k random units?
===========================================================

Ridge regression on k random features :math:`\phi(\langle w_j, x \rangle)` is a network whose first layer is random and
stays as it is. Its test error follows from the eigenvalues :math:`\lambda_i` of the kernel
:math:`E_w[\phi(\langle w, x \rangle) \phi(\langle w, x' \rangle)]` alone (Simon, Karkada, Ghosh and Belkin, "More is
better", 2024). These are the squares of the singular values of :math:`h(w, x) = \phi(\langle w, x \rangle)`.
"""

import matplotlib.pyplot as plt
import numpy as np
import scipy.optimize

import opsvd

DIM, SAMPLES, RIDGE, NOISE = 10, 200, 1e-2, 0.1


def relu(z):
    return np.maximum(z, 0.0)


svd = opsvd.decompose(opsvd.elementwise(relu, DIM, kinks=(0.0,)), opsvd.Sphere(DIM), opsvd.Sphere(DIM),
                      rtol=1e-3)
eigenvalues, counts = svd.values**2, svd.multiplicities.astype(float)
print(svd.method)
for value, count in zip(eigenvalues[:5], counts, strict=False):
    print(f"eigenvalue {value:.6f} stands {count:.0f} times")

# %%
# The theory. With n samples and k features two numbers :math:`\kappa` and :math:`\gamma` solve
#
# .. math:: n = \sum_i \frac{\lambda_i}{\lambda_i + \gamma} + \frac{\delta}{\kappa}, \qquad
#           k = \sum_i \frac{\lambda_i}{\lambda_i + \gamma} + \frac{k \kappa}{\gamma},
#
# and the test error of learning an eigenfunction is a rational function of them. Here the target is one spherical
# harmonic of degree 2. Weights and inputs are on the sphere in 10 dimensions.


def predicted(k, degree_index):
    """The mean square test error for one eigenfunction of unit norm, with noise."""
    def shares(gamma):
        return eigenvalues / (eigenvalues + gamma)

    def mismatch(log_gamma):
        gamma = np.exp(log_gamma)
        kappa = gamma * (k - np.sum(counts * shares(gamma))) / k
        return np.sum(counts * shares(gamma)) + RIDGE / kappa - SAMPLES if kappa > 0.0 else np.inf

    # The sum over i may be at most k, and at most n.
    most = min(k, SAMPLES) * (1.0 - 1e-9)
    low = scipy.optimize.brentq(lambda log_gamma: np.sum(counts * shares(np.exp(log_gamma))) - most, -60.0, 10.0)
    gamma = np.exp(scipy.optimize.brentq(mismatch, low + 1e-12, 20.0))
    z, q = np.sum(counts * shares(gamma)), np.sum(counts * shares(gamma) ** 2)
    kappa = gamma * (k - z) / k
    share = eigenvalues[degree_index] / (eigenvalues[degree_index] + gamma)
    missed = (1.0 - share) - kappa * share / (eigenvalues[degree_index] + gamma) * k / (k - q)
    return (missed + NOISE**2) / (1.0 - (q * (k - 2.0 * z) + z**2) / (SAMPLES * (k - q)))


# %%
# The experiment: networks with k random units, trained on 200 samples, tested on 2000. The theory takes features to be
# Gaussian, and holds here to some per cent.

rng = np.random.default_rng(0)


def sphere(n):
    points = rng.standard_normal((n, DIM))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def target(x):
    """A spherical harmonic of degree 2, of unit norm."""
    return np.sqrt(DIM * (DIM + 2.0)) * x[:, 0] * x[:, 1]


def trained(k):
    """The mean square test error of one network."""
    w, x, test = sphere(k), sphere(SAMPLES), sphere(2000)
    features, unseen = relu(x @ w.T) / np.sqrt(k), relu(test @ w.T) / np.sqrt(k)
    y = target(x) + NOISE * rng.standard_normal(SAMPLES)
    weights = np.linalg.solve(features @ features.T + RIDGE * np.eye(SAMPLES), y)
    return np.mean((unseen @ (features.T @ weights) - target(test)) ** 2) + NOISE**2


degree_2 = int(np.flatnonzero(svd.multiplicities == (DIM + 2) * (DIM - 1) // 2)[0])
sizes = np.array([10, 20, 40, 80, 120, 300, 600, 1200])
errors = np.array([[trained(k) for _ in range(12)] for k in sizes])
fig, ax = plt.subplots(layout="constrained")
fine = np.geomspace(10, 1200, 80)
ax.loglog(fine, [predicted(k, degree_2) for k in fine], label="from the operator's values")
ax.errorbar(sizes, errors.mean(axis=1), errors.std(axis=1) / np.sqrt(12.0), fmt="o", label="trained, mean of 12")
ax.set(xlabel="random units k", ylabel="test error")
ax.legend()
for k, row in zip(sizes.tolist(), errors, strict=True):
    print(f"k = {k}: predicted {predicted(k, degree_2):.3f}, trained {row.mean():.3f} +- {row.std() / 12**0.5:.3f}")
