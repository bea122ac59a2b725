"""Singular values in closed form.

Every function named after a kernel h(x, y) returns its singular values as an ndarray, nonincreasing and counted with
multiplicity, for independent standard Gaussians x and y unless its name or its text says otherwise. Infinite spectra
take `n`, how many values to return, shape (n,); of finite ones the nonzero values come back, shape (rank,). A parameter
outside the stated range raises a ValueError that names it.

An affine change of the measures moves into the kernel: under Gaussian(mean, std) the kernel h(x, y) has the spectrum
of h(m_x + s_x x, m_y + s_y y) under standard Gaussians. For means zero, exp(c x y) therefore has that of
``exp_product(c * s_x * s_y, n)``.

Functions whose names end in ``_on_sphere`` return the values of all degrees of harmonics, and their multiplicities, and
those in ``_inner_product`` the same for degrees of polynomials; :func:`listed` puts them into the order of the others.
Functions whose names end in ``_kernel`` return a kernel h that takes more than a line to write.
"""

from .circle import circle_difference, circle_poisson, log_abs_difference_arcsine, von_mises
from .count_pairs import binomial_pair, binomial_pair_kernel, poisson_pair, poisson_pair_kernel
from .geometric import cos_product, effective_rank_sin_product, exp_product, mehler, sin_product, squared_exponential
from .gram import finite_rank, polynomial_kernel
from .green_functions import (
    abs_difference_cdf,
    exponential_covariance,
    exponential_covariance_half_line,
    jump_power_law,
    min_exponential,
    min_power_law,
    relu_difference_cdf,
)
from .inner_products import (
    cos_inner_product,
    effective_rank_cos_inner_product,
    effective_rank_sin_inner_product,
    exp_i_inner_product,
    sin_inner_product,
)
from .pairs import (
    arcsine_pair,
    arcsine_pair_kernel,
    gamma_pair,
    gamma_pair_kernel,
    semicircle_pair,
    semicircle_pair_kernel,
)
from .products import abs_power_product, monomial_product, relu_product, separable, sign_product
from .prolate import (
    cos_product_uniform,
    exp_i_product_uniform,
    exp_product_uniform,
    sin_product_uniform,
    sinc_difference_uniform,
)
from .sphere import (
    arc_cosine_on_sphere,
    exp_on_sphere,
    listed,
    poisson_on_sphere,
    rectified_power_on_sphere,
    relu_on_sphere,
    sign_on_sphere,
)
from .sums import linear_sum, log_abs_product, sum_of_functions
from .volterra import bridge_cdf, heaviside_difference, min_cdf, sign_difference

__all__ = ["abs_difference_cdf", "abs_power_product", "arc_cosine_on_sphere", "arcsine_pair", "arcsine_pair_kernel",
           "binomial_pair", "binomial_pair_kernel", "bridge_cdf", "circle_difference", "circle_poisson",
           "cos_inner_product", "cos_product", "cos_product_uniform", "effective_rank_cos_inner_product",
           "effective_rank_sin_inner_product", "effective_rank_sin_product", "exp_i_inner_product",
           "exp_i_product_uniform", "exp_on_sphere", "exp_product", "exp_product_uniform", "exponential_covariance",
           "exponential_covariance_half_line", "finite_rank", "gamma_pair", "gamma_pair_kernel",
           "heaviside_difference", "jump_power_law", "linear_sum", "listed", "log_abs_difference_arcsine",
           "log_abs_product", "mehler", "min_cdf", "min_exponential", "min_power_law", "monomial_product",
           "poisson_on_sphere", "poisson_pair", "poisson_pair_kernel", "polynomial_kernel",
           "rectified_power_on_sphere", "relu_difference_cdf", "relu_on_sphere", "relu_product", "semicircle_pair",
           "semicircle_pair_kernel", "separable", "sign_difference", "sign_on_sphere", "sign_product",
           "sin_inner_product", "sin_product", "sin_product_uniform", "sinc_difference_uniform", "squared_exponential",
           "sum_of_functions", "von_mises"]
