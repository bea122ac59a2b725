"""The jump, the sign, the minimum and the bridge, of the order of x and y: spectra from Volterra's operator."""

import numpy as np

from .geometric import indices


def heaviside_difference(n: int) -> np.ndarray:
    r"""Spectrum of the jump (x > y), 1 where x > y and 0 elsewhere: :math:`s_i = 2 / ((2 i - 1) \pi)`, i = 1, 2, ...

    Valid for x and y of any one continuous law: its distribution function maps both to the uniform law, and the
    operator to that of Volterra, :math:`(V g)(u) = \int_0^u g`. Then :math:`V V^*` has the kernel min(u, u'), the
    inverse of :math:`-d^2/du^2` with f(0) = f'(1) = 0, whose eigenvalues are :math:`((i - 1/2) \pi)^2`.

    References
    ----------
    P. R. Halmos, A Hilbert Space Problem Book (1982): the Volterra integration operator.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.heaviside_difference(3))
    [0.63661977 0.21220659 0.12732395]
    """
    return 1.0 / ((indices(n) + 0.5) * np.pi)


def min_cdf(n: int) -> np.ndarray:
    r"""Spectrum of min(F(x), F(y)), F the distribution function: :math:`s_i = ((i - 1/2) \pi)^{-2}`, i = 1, 2, ...

    Valid for x and y of any one continuous law; F is :math:`\Phi` for the standard Gaussian. In u = F(x) it is the
    covariance min(u, v) of Brownian motion, and V V* for the operator V of :func:`heaviside_difference`.

    References
    ----------
    M. Loeve, Probability Theory II (1978), the orthogonal expansion of Brownian motion.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.min_cdf(3))
    [0.40528473 0.04503164 0.01621139]
    """
    return heaviside_difference(n) ** 2


def bridge_cdf(n: int) -> np.ndarray:
    r"""Spectrum of min(F(x), F(y)) - F(x) F(y), F the distribution function: :math:`s_i = (i \pi)^{-2}`, i = 1, 2, ...

    Valid for x and y of any one continuous law. In u = F(x) it is the covariance min(u, v) - u v of the Brownian
    bridge, the inverse of :math:`-d^2/du^2` with f(0) = f(1) = 0.

    References
    ----------
    T. W. Anderson and D. A. Darling, Asymptotic theory of certain "goodness of fit" criteria based on stochastic
    processes, Ann. Math. Statist. 23 (1952).

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.bridge_cdf(3))
    [0.10132118 0.0253303  0.01125791]
    """
    return np.asarray(((indices(n) + 1.0) * np.pi) ** -2.0)


def sign_difference(n: int) -> np.ndarray:
    r"""Spectrum of sign(x - y): each of :math:`2 / ((2 j - 1) \pi)`, j = 1, 2, ..., twice.

    Valid for x and y of any one continuous law. In u = F(x), f = T g means f' = 2 g with f(0) + f(1) = 0: T is
    antisymmetric, with the eigenfunctions :math:`e^{i \omega u}`, :math:`\omega` an odd multiple of :math:`\pi`, and
    the eigenvalues :math:`2 / (i \omega)`.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.sign_difference(3))
    [0.63661977 0.63661977 0.21220659]
    """
    single = heaviside_difference(n)
    return np.repeat(single, 2)[: single.size]
