"""What a person types into the page, as a problem, and as the code that solves it."""

from dataclasses import dataclass

from .._support.validation import positive_int
from ..expressions import CONSTANTS, FUNCTIONS, of_inner_product, parse_kernel
from ..kernels import Kernel
from ..measure_expressions import MEASURES_AS_TEXT, parse_measure
from ..measures import GaussianVector, Measure

EXAMPLES = {
    "tanh(x*y)": ("tanh(x*y)", "gaussian", "gaussian", 1),
    "a jump along a diagonal": ("where(x > y, 1, 0)", "gaussian", "gaussian", 1),
    "a disc": ("where(x**2 + y**2 < 2, 1, 0)", "gaussian", "gaussian", 1),
    "a rectified unit": ("relu(x*y)", "gaussian", "gaussian", 1),
    "Brownian motion": ("min(x, y)", "uniform(0, 1)", "uniform(0, 1)", 1),
    "a covariance, other measures": ("exp(-abs(x - y))", "uniform(0, 1)", "beta(2, 3)", 1),
    "a logarithm": ("log(abs(x - y))", "uniform(-1, 1)", "uniform(-1, 1)", 1),
    "an oscillation": ("sin(8*x*y)", "uniform(-1, 1)", "uniform(-1, 1)", 1),
    "heavy tails": ("tanh(x*y)", "student_t(3)", "student_t(3)", 1),
    "vectors of length 10": ("tanh(x*y)", "gaussian", "gaussian", 10),
    "points of a sphere": ("exp(x*y)", "sphere(3)", "sphere(3)", 3),
}
"""Kernels to begin with: a name -> the formula, the measures of x and y, and k."""


HELP = f"""\
A **formula** is made of x, y, {", ".join(CONSTANTS)}, numbers, parentheses, `+ - * / // % **`, comparisons such as
`x > y` (which give 1 or 0), `and`, `or`, `not`, and the functions {", ".join(sorted(FUNCTIONS))}. For k > 1, where x
and y are vectors, it is a function of `x*y`, which stands for their inner product.

A **measure** is one of {", ".join(f"`{one}`" for one in MEASURES_AS_TEXT)}. Arguments that show a value may be
left out.

**rtol** is the error that is wanted, relative to the largest singular value, and **n** are the sizes of the random
matrices.
"""
"""What can be typed into the page, in Markdown."""


@dataclass(frozen=True)
class Inputs:
    """A kernel and two measures as text, and what else is chosen on the page.

    Attributes
    ----------
    formula : str
        A formula in x and y, as `opsvd.parse_kernel` reads it. For k > 1 it is a function of x*y, which stands for the
        inner product of two vectors.
    x, y : str
        The measures, as `opsvd.parse_measure` reads them; for k > 1 ``gaussian`` is that of vectors.
    k : int
        The length of x and y.
    rtol, max_seconds : float
        As for `opsvd.decompose`.
    n : tuple of int
        Sizes of sampled matrices.
    """

    formula: str
    x: str = "gaussian"
    y: str = "gaussian"
    k: int = 1
    rtol: float = 1e-10
    n: tuple[int, ...] = (30, 100, 300)
    max_seconds: float = 20.0

    def measures(self) -> tuple[Measure, Measure]:
        """The measures of x and y. Raises ValueError or TypeError if one cannot be read, or is not of R^k."""
        return self._measure("x", self.x), self._measure("y", self.y)

    def kernel(self) -> Kernel:
        """The kernel. Raises ValueError or TypeError if the formula cannot be read, or does not fit k."""
        h, k = parse_kernel(_no_import("formula", self.formula)), positive_int(self.k, "k")
        if k == 1:
            return Kernel(h, measures=self.measures())
        kernel = of_inner_product(h, k)
        if kernel is None:
            raise ValueError(f"for k = {k} the formula must be a function of x*y, which stands for the inner product "
                             f"of two vectors, got {self.formula!r}; write x and y as x*y only, or set k = 1")
        kernel.name = f"{self.formula} with <x, y> for x*y"
        return kernel

    def _measure(self, name: str, text: str) -> Measure:
        if self.k > 1 and _standard(text):
            return GaussianVector([0.0] * self.k)
        mu = parse_measure(_no_import("measure", text))
        if mu.dim != self.k:
            raise ValueError(f"the measure of {name} must be one of R^{self.k}, as k = {self.k} says, got {text!r} of "
                             f"dimension {mu.dim}; set k = {mu.dim}, or choose another measure")
        return mu

    def code(self) -> str:
        """Python code that computes and draws what the page shows."""
        mu_x, mu_y = (self._measure_code(text) for text in (self.x, self.y))
        if self.k == 1:
            kernel = [f"h = opsvd.parse_kernel({self.formula!r})    # or any function h(x, y) of numpy arrays"]
        else:
            kernel = [f"phi = opsvd.parse_kernel({self.formula!r})",
                      f"h = opsvd.elementwise(lambda z: phi(z, 1.0), k={self.k})    # phi of <x, y>"]
        lines = ["import matplotlib.pyplot as plt", "import opsvd", "", *kernel, f"mu_x = {mu_x}", f"mu_y = {mu_y}", "",
                 f"svd = opsvd.decompose(h, mu_x, mu_y, rtol={self.rtol:g}, max_seconds={self.max_seconds:g})",
                 "print(svd)",
                 "svd.plot()                            # the spectrum and its error bars",
                 "opsvd.plot_functions(svd)             # singular functions"]
        if self.k == 1:
            lines += ["opsvd.plot_breaks(h, mu_x, mu_y)      # where h breaks"]
        lines += ["", f"check = opsvd.crosscheck(h, {self.n}, mu_x, mu_y, trials=10, rng=0, svd=svd)",
                  "print(check)",
                  "check.plot()                          # sampled matrices, predictions, effective rank against n",
                  "plt.show()"]
        return "\n".join(lines)

    def _measure_code(self, text: str) -> str:
        if _standard(text):
            return "opsvd.Gaussian()" if self.k == 1 else f"opsvd.GaussianVector([0.0] * {self.k})"
        return f"opsvd.parse_measure({text.strip()!r})"


def _standard(text: str) -> bool:
    """Whether a text stands for the standard Gaussian, of whatever dimension."""
    return text.strip().lower() in ("gaussian", "gaussian()")


def _no_import(what: str, text: str) -> str:
    """The text, unless it is of the form module:name, which would import and run a file."""
    if ":" in text:
        raise ValueError(f"the {what} must not have a colon, got {text!r}: the page imports no modules; to use "
                         f"functions of your own, open the notebook by opsvd explore --edit")
    return text
