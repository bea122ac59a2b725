"""What calls of a function cost: a price for each value, and one for each call."""

import math
from dataclasses import dataclass

Call = tuple[int, float]    # its values and its seconds


@dataclass
class Prices:
    """What the calls so far have cost, and what others may.

    The first two calls of different sizes tell whether it is values or calls that take the time. Other work of the
    machine makes some calls longer, and so may what a first call compiles or loads. So no price is above what the
    cheapest call leaves for it.

    Attributes
    ----------
    smallest, largest : (int, float)
        The values and the seconds of the shortest of the calls with the fewest values, and of those with the most.
    cheapest : float
        The fewest seconds a value of all calls.
    shortest : float
        The fewest seconds of a call.
    """

    smallest: Call = (0, 0.0)
    largest: Call = (0, 0.0)
    cheapest: float = math.inf
    shortest: float = math.inf

    def note(self, values: int, seconds: float) -> None:
        """Note what a call took."""
        if values < 1:
            return
        call = values, seconds
        self.smallest = min(call, self.smallest) if self.smallest[0] else call
        self.largest = max(call, self.largest, key=lambda one: (one[0], -one[1]))
        self.cheapest, self.shortest = min(self.cheapest, seconds / values), min(self.shortest, seconds)

    @property
    def one_size(self) -> bool:
        """Whether all calls were of one size, which does not tell the price of a value from that of a call."""
        return self.smallest[0] == self.largest[0]

    @property
    def a_value(self) -> float:
        """The seconds of each value: at least a fiftieth of those of the largest call, as clocks do not tell less."""
        (fewest, shorter), (most, longer) = self.smallest, self.largest
        if self.one_size:
            return self.cheapest if most else 0.0
        least = 0.02 * longer / most
        return min(max((longer - shorter) / (most - fewest), least), self.cheapest)

    @property
    def a_call(self) -> float:
        """The seconds of each call besides, zero as long as they are not told from those of values."""
        values, seconds = self.smallest
        return 0.0 if self.one_size else max(min(seconds, self.shortest) - values * self.a_value, 0.0)

    def cost(self, values: int, calls: int) -> float:
        """The seconds that so many values in so many calls are expected to take."""
        return values * self.a_value + calls * self.a_call

    @property
    def most_trusted(self) -> float:
        """The values of the largest call whose cost is known well enough: eight times as many as in any so far.

        Or as many as take, by what is known, no longer than each call does: up to fifty times as many.
        """
        most = self.largest[0]
        if most == 0:
            return 16.0
        return max(8.0 * most, self.a_call / self.a_value) if not self.one_size and self.a_value > 0.0 else 2.0 * most
