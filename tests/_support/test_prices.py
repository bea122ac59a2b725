"""Prices of calls: those of values are told from those of calls by the first two of different sizes."""

import pytest

from opsvd._support.budget import Budget, BudgetExhaustedError
from opsvd._support.prices import Prices


def noted(*calls):
    """Prices after some calls."""
    prices = Prices()
    for values, seconds in calls:
        prices.note(values, seconds)
    return prices


def test_values_take_the_time():
    """A hundredth of a second each: calls are free."""
    prices = noted((12, 0.12), (5, 0.05))
    assert prices.a_value == pytest.approx(0.01)
    assert prices.a_call == pytest.approx(0.0, abs=1e-12)
    assert prices.cost(100, 3) == pytest.approx(1.0)


def test_calls_take_the_time():
    """A second each, whatever their size: a value is a fiftieth of a twelfth at the most."""
    prices = noted((12, 1.0), (5, 1.0))
    assert prices.a_value == pytest.approx(0.02 / 12)
    assert prices.a_call == pytest.approx(1.0 - 5 * 0.02 / 12)
    assert 500 < prices.most_trusted <= 600


def test_one_size_tells_no_price_of_a_call():
    """All is taken to be that of values, and the next call may be twice as large."""
    prices = noted((12, 1.0), (12, 0.9))
    assert prices.a_call == 0.0
    assert prices.a_value == pytest.approx(0.075)
    assert prices.most_trusted == 24


def test_a_first_call_that_loads_something_is_no_price():
    """No price is above what the cheapest call leaves for it."""
    prices = noted((12, 3.0), (5, 0.01))
    assert prices.a_value == pytest.approx(0.002)
    assert prices.cost(1000, 1) <= 2.01


def test_of_equal_calls_the_shortest_counts():
    """As other work of the machine makes some longer; and a smaller call that takes longer is no larger one."""
    prices = noted((12, 1.0), (5, 1.0), (12, 1.5), (5, 2.0))
    assert (prices.smallest, prices.largest) == ((5, 1.0), (12, 1.0))


def test_a_call_that_would_end_too_late_is_refused():
    """By more than a tenth of the seconds; one that ends before that is not."""
    budget = Budget(10**6, 10.0)
    budget.prices = noted((12, 4.0), (5, 4.0))
    budget.check_time(10.9)
    budget.spend(12)
    budget.prices = noted((12, 12.0), (5, 12.0))
    with pytest.raises(BudgetExhaustedError, match="max_seconds=10 ran out"):
        budget.spend(12)
