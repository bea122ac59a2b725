"""What a decomposition may cost: evaluations of the kernel, and time."""

import logging
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np

from .arrays import leading_part
from .prices import Prices
from .progress import Report, nothing

_LOGGER = logging.getLogger("opsvd")


def announce(step: str, values: int, rows: int, columns: int) -> None:
    """Say what a step costs before it is taken: to the logger ``opsvd``, at level INFO."""
    _LOGGER.info("%s: %.2g values of h, matrices of %d by %d, %.2g GB each", step, values, rows, columns,
                 8e-9 * rows * columns)


class BudgetExhaustedError(Exception):
    """The budget has run out. It never reaches the user: the driver returns the best answer so far."""


@dataclass
class Budget:
    """Evaluations and seconds, counted from when it was made.

    Attributes
    ----------
    evaluations : int, default unlimited
        The most values h(x, y) that may be asked for.
    seconds : float, default unlimited
        When the time is up, the next call of h is refused, and so is the next step that takes long without one; what
        is under way is not interrupted.
    spent : int
        The values asked for so far.
    aside : int
        Values that are left for others, who do not ask.
    refusals : list of str
        What was refused so far, and why.
    prices : Prices
        What calls of h cost, with those that tried h.
    dear : bool
        Whether values are to be spared: see `decide`.
    few : bool
        Whether there are so few that what finds out about h takes most of them: see `decide`.
    report : callable
        Told after calls of h which part of the budget is spent.
    """

    evaluations: int = sys.maxsize
    seconds: float = math.inf
    spent: int = 0
    aside: int = 0
    started: float = field(default_factory=lambda: time.monotonic())    # noqa: PLW0108 -- looked up when it is called
    refusals: list[str] = field(default_factory=list)
    prices: Prices = field(default_factory=Prices)
    dear: bool = False
    few: bool = False
    report: Report = nothing
    _held: tuple[int, int, int] = (0, 0, 0)
    _kept: float = 0.0
    _late: tuple[float, float] = (math.inf, math.inf)
    _overtime: float = 0.0
    _part: tuple[float, float] = (math.inf, math.inf)
    _told: float = -math.inf

    def spend(self, evaluations: int) -> None:
        """Ask for so many values in one call; raises BudgetExhaustedError if they are too many, or too late.

        All calls of h are asked for here. A call is too late if the time is up, or if it is expected to end when more
        than a tenth of the seconds has gone by since.
        """
        self.require(evaluations)
        self.check_time(self.prices.cost(evaluations, 1))
        self.spent += evaluations

    def require(self, evaluations: int) -> None:
        """Raise BudgetExhaustedError if so many values are too many."""
        if evaluations > self.evaluations_left:
            raise self._refusal(f"max_evaluations={self.evaluations} ran out")

    def check_time(self, needed: float = 0.0) -> None:
        """Raise BudgetExhaustedError if the time is up, or will be for a tenth of it when so many seconds are over."""
        # At most 70 % of the seconds are held back: until the others are over there is no need to look how many.
        if time.monotonic() + needed > min(self.started + 0.3 * self.seconds, self._part[1]) and (
                self.seconds_left < max(0.0, needed - 0.1 * self.seconds)):
            raise self._refusal(f"max_seconds={self.seconds:g} ran out")

    def forgo(self, evaluations: int) -> None:
        """Note that a next step was not taken, as so many values are not affordable, and which limit says so."""
        self._refusal(f"max_evaluations={self.evaluations} ran out" if evaluations > self.evaluations_left else
                      f"max_seconds={self.seconds:g} ran out")

    def give_up(self, reason: str) -> None:
        """Note that a next step was not taken for another reason than a limit."""
        self.refusals.append(reason)

    def _refusal(self, reason: str) -> BudgetExhaustedError:
        self.refusals.append(reason)
        return BudgetExhaustedError(reason)

    @property
    def evaluations_left(self) -> int:
        """The values that may still be asked for, without those held back."""
        held = max(self._held[0], self._kept * self.evaluations)
        return int(min(self.evaluations - self.aside - held, self._part[0])) - self.spent

    @property
    def seconds_left(self) -> float:
        """The seconds left, without those held back; negative if there are none."""
        most, least, calls = self._held
        held = self._kept * self.seconds if self._kept > 0.0 else 0.0    # of seconds that are unlimited as well
        if calls:
            # A tenth of the seconds at least, for linear algebra; at most 45 % of them for a coarse answer, or, if the
            # smallest of all answers takes more, up to 70 % for that one.
            most_held = min(max(0.45 * self.seconds, self.prices.cost(least, calls)), 0.7 * self.seconds)
            held = max(min(max(self.prices.cost(most, calls), 0.1 * self.seconds), most_held), held)
        return min(self.started + self.seconds + self._overtime - held, self._part[1]) - time.monotonic()

    @property
    def is_late(self) -> bool:
        """Whether an answer that is not shown soon may come too late: half of the seconds or values for it are gone."""
        return self.spent > self._late[0] or time.monotonic() > self._late[1]

    def _likely_cost(self, evaluations: int, calls: int) -> float:
        """What they are expected to take, with a margin: it may be a fifth more."""
        return 1.2 * self.prices.cost(evaluations, calls)

    def affords(self, evaluations: int, calls: int) -> bool:
        """Whether so many values in so many calls, and those that are split, are expected to be within what is left."""
        calls += int(evaluations / self._short)
        return evaluations <= self.evaluations_left and self._likely_cost(evaluations, calls) <= self.seconds_left

    def most_affordable(self, calls: int) -> int:
        """The most values in so many calls, and those that are split, that are expected to be within what is left."""
        for_values = self.seconds_left - self._likely_cost(0, calls)
        price = self._likely_cost(1, 0) + self._likely_cost(0, 1) / self._short
        within = for_values / price if price > 0.0 else math.copysign(math.inf, for_values)
        return int(max(0.0, min(float(self.evaluations_left), within)))

    def decide(self, share: float = 0.3) -> None:
        """Say whether values are dear: after the first ones, and again where nothing was told while they were cheap.

        They are if the check of one answer would take this share of the evaluations, or 5 % of the seconds. Of few
        values, a thousand in twenty calls, nothing is held back: a coarse answer takes all of them.
        """
        check = 150_000    # where values are not spared, of kernels of numbers
        self.dear = check > share * self.evaluations or check > self.in_seconds(0.05 * self.seconds)
        held = self._held
        self.release()
        self.few = self.dear and self.most_affordable(20) < 1000    # to find the domain takes some 300 to 700
        self._held = (0, 0, 0) if self.few else held

    @contextmanager
    def decided_again(self, share: float) -> Iterator[bool]:
        """Within this context values may be dear that were not; it gives whether they are. Dear ones stay so."""
        before = self.dear, self.few, self._held
        if not self.dear:
            self.decide(share)
        try:
            yield self.dear and not before[0]
        finally:
            self.dear, self.few, self._held = before

    @property
    def few_values_left(self) -> str:
        """In words, why there is no more to be had from few values."""
        return (f"max_evaluations={self.evaluations} and max_seconds={self.seconds:g} leave few values, which tell no "
                f"more")

    @property
    def values_left(self) -> float:
        """How many values may still be asked for, or are paid for by the seconds left, by the cheapest call so far."""
        return min(float(self.evaluations_left), self.in_seconds(max(self.seconds_left, 0.0)))

    def in_seconds(self, seconds: float) -> float:
        """How many values so many seconds pay for, by the cheapest call so far."""
        return seconds / self.prices.cheapest if 0.0 < self.prices.cheapest < math.inf else math.inf

    def hold(self, most: int, least: int, calls: int) -> None:
        """Keep back what a coarse answer of so many values takes, or the time for one of at least so few."""
        self._held = most, least, calls

    def keep(self, share: float) -> None:
        """Keep back a share of the values and of the seconds, or what is held back if that is more."""
        self._kept = share

    @contextmanager
    def nothing_kept(self) -> Iterator[None]:
        """Within this context the share is free."""
        before, self._kept = self._kept, 0.0
        try:
            yield
        finally:
            self._kept = before

    def begin(self) -> None:
        """Note that work on an answer begins: see `is_late`."""
        self._late = self.spent + self.evaluations_left / 2.0, time.monotonic() + self.seconds_left / 2.0

    def release(self) -> None:
        """Give free what is held back."""
        self._held = (0, 0, 0)

    @contextmanager
    def overtime(self, values: int = sys.maxsize) -> Iterator[None]:
        """Within this context there is a tenth of the seconds more, from now if they are over, for so many values.

        It is for an answer where nothing else gave one: each step may have taken longer than it was expected to.
        """
        before = self._overtime, self._part
        self._overtime += 0.1 * self.seconds + max(-self.seconds_left, 0.0)
        self._part = min(self._part[0], self.spent + values), self._part[1]
        try:
            yield
        finally:
            self._overtime, self._part = before

    def interrupt(self) -> None:
        """Take the time so far for all the seconds that there were."""
        self.seconds = min(self.seconds, time.monotonic() - self.started)
        self.release()

    @contextmanager
    def part(self, share: float) -> Iterator[Callable[[], None]]:
        """Within this context, no more than a part of what is left may be spent, until what it gives is called."""
        before = self._part
        self._part = self.spent + share * self.evaluations_left, time.monotonic() + share * self.seconds_left

        def end() -> None:
            self._part = before

        try:
            yield end
        finally:
            end()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Within this context, `check_time` looks at this budget."""
        token = _WATCHED.set(self)
        try:
            yield
        finally:
            _WATCHED.reset(token)

    @property
    def at_once(self) -> int:
        """The most values that one call of h may be asked for, so that it takes a small part of the seconds."""
        return sys.maxsize if self.seconds == math.inf else int(max(1.0, min(self._short, self.prices.most_trusted)))

    @property
    def _short(self) -> float:
        """The values of a call that takes 4 % of the seconds, or as long as calls do, but for what it takes as a call.

        So a call that takes twice as long as expected still takes less than a tenth of the seconds; and splitting it
        would not save half of its time.
        """
        prices = self.prices
        return max(1.0, max(0.04 * self.seconds, prices.a_call) / prices.a_value) if prices.a_value > 0.0 else math.inf

    def timed(self, function: Callable[..., np.ndarray], arrays: Sequence[np.ndarray], evaluations: int) -> np.ndarray:
        """Spend so many values on one call, and note what it costs."""
        self.spend(evaluations)
        before = time.monotonic()
        values = function(*arrays)
        self.prices.note(evaluations, time.monotonic() - before)
        self.say("")
        return values

    def say(self, message: str) -> None:
        """Report which part of the budget is spent, and a message; without one, at most ten times a second."""
        now = time.monotonic()
        if self.report is nothing or (not message and now < self._told + 0.1):
            return
        self._told = now
        part = max(self.spent / self.evaluations, (now - self.started) / self.seconds)
        self.report(min(part, 1.0), message)


_WATCHED = ContextVar("opsvd_budget", default=Budget())    # noqa: B039 -- it is only asked for the time


def check_time() -> None:
    """Raise BudgetExhaustedError if the decomposition under way has a budget, and its time is up."""
    _WATCHED.get().check_time()


def calls_are_fast() -> bool:
    """Whether less than a twentieth of the seconds is gone, where a decomposition under way has tried h once."""
    budget = _WATCHED.get()
    return budget.seconds == math.inf or time.monotonic() < budget.started + 0.05 * budget.seconds


def evaluated(budget: Budget | None, function: Callable[..., np.ndarray], arrays: Sequence[np.ndarray],
              fixed: Sequence[int], *, width: int = 1) -> np.ndarray:
    """Call a function of arrays that broadcast; where a call would take long, in pieces, with a look at the clock.

    Parameters
    ----------
    budget : Budget or None
        What pays; without one there is one call.
    function : callable
        Gives an array of which the leading axes are those that broadcast.
    arrays : sequence of ndarray
    fixed : sequence of int
        For each array, how many of its last axes do not broadcast.
    width : int, default 1
        How many values an entry of the broadcast shape counts for.
    """
    if budget is None:
        return function(*arrays)
    leading = list(map(leading_part, arrays, fixed))
    shape = np.broadcast(*leading).shape
    size, at_once = math.prod(shape) * width, budget.at_once
    if size <= max(at_once, width):
        return budget.timed(function, arrays, size)
    budget.require(size)
    # In pieces along the first axis that is longer than one, and each piece, if that is too large, along the next.
    axis = next(i for i, n in enumerate(shape) if n > 1)
    parts, start, row = [], 0, size // shape[axis]
    while start < shape[axis]:
        some = slice(start, start + max(1, budget.at_once // row))
        pieces = [_cut(array, axis - len(shape) + lead.ndim, some) for array, lead in zip(arrays, leading, strict=True)]
        parts.append(evaluated(budget, function, pieces, fixed, width=width))
        start = some.stop
    return np.concatenate(parts, axis=axis)


def _cut(array: np.ndarray, axis: int, some: slice) -> np.ndarray:
    """A part of an array along an axis, all of it where it has none, or only one entry there."""
    return array if axis < 0 or array.shape[axis] == 1 else array[(slice(None),) * axis + (some,)]
