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
    a_value : float
        The seconds of each value: at least a fiftieth of those of the largest call, as clocks do not tell less.
    a_call : float
        The seconds of each call besides, zero as long as they are not told from those of values.
    most_trusted : float
        The values of the largest call whose cost is known well enough: eight times as many as in any so far, or as many
        as take, by what is known, no longer than each call does, up to fifty times as many.
    """

    smallest: Call = (0, 0.0)
    largest: Call = (0, 0.0)
    cheapest: float = math.inf
    shortest: float = math.inf
    a_value: float = 0.0
    a_call: float = 0.0
    most_trusted: float = 16.0

    def note(self, values: int, seconds: float) -> None:
        """Note what a call took."""
        if values < 1:
            return
        (fewest, shorter), (most, longer) = self.smallest, self.largest
        if fewest < values < most and seconds > self.shortest and seconds > values * self.cheapest:
            return    # as most calls do, it tells nothing new
        if fewest == 0 or (values, seconds) < (fewest, shorter):
            self.smallest = fewest, shorter = values, seconds
        if (values, -seconds) > (most, -longer):
            self.largest = most, longer = values, seconds
        self.cheapest, self.shortest = min(self.cheapest, seconds / values), min(self.shortest, seconds)
        # What follows is asked for several times a call, and computed once. Calls of one size do not tell the price of
        # a value from that of a call.
        self.a_value, self.most_trusted = self.cheapest, 2.0 * most
        if most > fewest:
            self.a_value = min(max((longer - shorter) / (most - fewest), 0.02 * longer / most), self.cheapest)
            self.a_call = max(min(shorter, self.shortest) - fewest * self.a_value, 0.0)
        if most > fewest and self.a_value > 0.0:
            self.most_trusted = max(8.0 * most, self.a_call / self.a_value)

    def cost(self, values: int, calls: int) -> float:
        """The seconds that so many values in so many calls are expected to take."""
        return values * self.a_value + calls * self.a_call
