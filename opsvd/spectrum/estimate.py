"""A number with its error bar."""

import math

__all__ = ["Estimate", "rounded_up"]


class Estimate(float):
    """A number with an error bar: a float, with `value`, `error` and, where words are needed, a `note`.

    Examples
    --------
    >>> from opsvd.spectrum import Estimate
    >>> Estimate(5**0.5, error=3e-12)
    2.2360679775 ± 3e-12
    >>> Estimate(5**0.5, error=3e-12) + 1.0
    3.23606797749979
    """

    error: float
    note: str

    def __new__(cls, value: float, error: float = 0.0, note: str = "") -> "Estimate":
        """Make the number `value`, known to within `error`."""
        self = super().__new__(cls, value)
        self.error = float(error)
        self.note = note
        return self

    @property
    def value(self) -> float:
        """The number as a plain float."""
        return float(self)

    def times(self, factor: float) -> "Estimate":
        """The number and its bar times a factor."""
        return self if factor == 1.0 else Estimate(self.value * factor, self.error * factor, self.note)

    def __repr__(self) -> str:
        """Show the digits that the error bar leaves, the bar rounded upwards, and the note."""
        text = f"{_digits(self.value, self.error)} ± {rounded_up(self.error)}" if self.error else repr(self.value)
        return f"{text} ({self.note})" if self.note else text

    __str__ = __repr__


def _digits(value: float, error: float) -> str:
    if math.isinf(error):
        return f"{value:.3g}"    # what little an infinite bar warrants
    if not 0.0 < error < abs(value) < math.inf:
        return f"{value:.6g}"
    return f"{value:.{min(16, 1 + math.floor(math.log10(abs(value))) - math.floor(math.log10(error)))}g}"


def rounded_up(error: float) -> str:
    """Write an error bar with one digit, rounded upwards so that it stays a bound."""
    if not 0.0 < error < math.inf:
        return f"{error:g}"
    unit = 10.0 ** math.floor(math.log10(error))
    return f"{math.ceil(error / unit - 1e-9) * unit:.0e}"
