"""Singular values in closed form.

Every function named after a kernel h(x, y) returns its singular values as an ndarray, nonincreasing and counted with
multiplicity, for independent standard Gaussians x and y unless it says otherwise. Infinite spectra take `n`, how many
values to return, shape (n,); of finite ones the nonzero values come back, shape (rank,). A parameter outside the
stated range raises a ValueError that names it.

An affine change of the measures moves into the kernel: under Gaussian(mean, std) the kernel h(x, y) has the spectrum
of h(m_x + s_x x, m_y + s_y y) under standard Gaussians. For means zero, exp(c x y) therefore has that of
``exp_product(c * s_x * s_y, n)``.
"""

from .geometric import cos_product, effective_rank_sin_product, exp_product, mehler, sin_product, squared_exponential
from .gram import finite_rank, polynomial_kernel
from .products import abs_power_product, monomial_product, relu_product, separable, sign_product
from .sums import linear_sum, log_abs_product, sum_of_functions
from .volterra import heaviside_difference, min_cdf, sign_difference

__all__ = ["abs_power_product", "cos_product", "effective_rank_sin_product", "exp_product", "finite_rank",
           "heaviside_difference", "linear_sum", "log_abs_product", "mehler", "min_cdf", "monomial_product",
           "polynomial_kernel", "relu_product", "separable", "sign_difference", "sign_product", "sin_product",
           "squared_exponential", "sum_of_functions"]
