"""A number with its error bar."""

import math

from .._support.signs import plus_minus
from .._support.validation import boolean, instance, real_number


class Estimate(float):
    """A number with an error bar: a float, with `value`, `error` and, where words are needed, a `note`.

    Attributes
    ----------
    error : float
        The error bar. It is a bound, unless `extrapolated`.
    lower, upper : float
        The bounds that hold whatever the bar rests on; `upper` is inf where nothing bounds the number from above. By
        default the ends of the bar.
    extrapolated : bool
        Whether the number or its bar continues what was seen to where nothing was seen.
    note : str

    Examples
    --------
    >>> from opsvd.spectrum import Estimate
    >>> Estimate(5**0.5, error=3e-12)
    2.2360679775 ± 3e-12
    >>> Estimate(5**0.5, error=3e-12) + 1.0
    3.23606797749979
    >>> Estimate(5**0.5, error=3e-9, lower=2.23606797, upper=float("inf"), extrapolated=True)
    2.236067977 ± 3e-09 (extrapolated; at least 2.23606797)
    """

    error: float
    note: str
    lower: float
    upper: float
    extrapolated: bool

    def __new__(cls, value: float, error: float = 0.0, note: str = "", *, lower: float | None = None,
                upper: float | None = None, extrapolated: bool = False) -> "Estimate":
        """Make the number `value`, known to within `error`."""
        self = super().__new__(cls, real_number(value, "value"))
        self.error = real_number(error, "error")
        self.lower = self.value - self.error if lower is None else real_number(lower, "lower")
        self.upper = self.value + self.error if upper is None else real_number(upper, "upper")
        self.extrapolated = boolean(extrapolated, "extrapolated")
        self.note = instance(note, "note", str, "leave it out, or pass text")
        return self

    @property
    def value(self) -> float:
        """The number as a plain float."""
        return float(self)

    def times(self, factor: float) -> "Estimate":
        """The number, its bar and its bounds times a positive factor."""
        return self if factor == 1.0 else Estimate(
            self.value * factor, self.error * factor, self.note, lower=self.lower * factor, upper=self.upper * factor,
            extrapolated=self.extrapolated)

    def record(self) -> dict[str, float | bool | str]:
        """All that is known of the number, by name."""
        return {"value": self.value, **vars(self)}

    def __repr__(self) -> str:
        """Show the digits that the error bar leaves, the bar rounded upwards, the note, and what is sure beside it."""
        sure = self.extrapolated or (math.isinf(self.error) and self.lower > 0.0)
        text = repr(self.value)
        if math.isinf(self.error) and sure:    # nothing is known but the bound, whatever the number is
            return f"at least {_rounded_down(self.lower, 0.0)}{f' ({self.note})' if self.note else ''}"
        if self.error:
            text = f"{_digits(self.value, self.error)} {plus_minus()} {rounded_up(self.error)}"
        words = [self.note, "extrapolated" if self.extrapolated else "",
                 f"at least {_rounded_down(self.lower, self.error)}" if sure else ""]
        return f"{text} ({'; '.join(filter(None, words))})" if any(words) else text


def _digits(value: float, error: float) -> str:
    if math.isinf(error):
        return f"{value:.3g}"    # what little an infinite bar warrants
    if not 0.0 < error < abs(value) < math.inf:
        return f"{value:.6g}"
    return f"{value:.{min(16, 1 + math.floor(math.log10(abs(value))) - math.floor(math.log10(error)))}g}"


def _rounded_down(bound: float, error: float) -> str:
    """Write a lower bound with the digits of the number that it stands beside, rounded downwards so that it holds."""
    if not 0.0 < bound < math.inf:
        return f"{bound:g}"
    place = math.floor(math.log10(bound))
    digits = min(max(place - math.floor(math.log10(error)), 5), 15) if 0.0 < error < math.inf else 5
    text = f"{bound:.{digits + 1}g}"
    if float(text) <= bound:
        return text
    # One unit less in the last digit: what rounding added was less than that.
    return f"{float(text) - 10.0 ** (place - digits):.{digits + 1}g}"


def rounded_up(error: float) -> str:
    """Write an error bar with one digit, rounded upwards so that it stays a bound."""
    if not 0.0 < error < math.inf:
        return f"{error:g}"
    unit = 10.0 ** math.floor(math.log10(error))
    return f"{math.ceil(error / unit - 1e-9) * unit:.0e}"
