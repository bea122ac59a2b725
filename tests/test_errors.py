"""Exceptions and warnings go from one process to another, as multiprocessing needs it, with their attributes."""

import copy
import importlib
import pickle
import pkgutil

import numpy as np
import pytest

import opsvd
from opsvd.errors import TrialError
from opsvd.sampling import Certificate, LowRank, NotLowRankError, monte_carlo, monte_carlo_sweep
from opsvd.sampling.trials import _FailedError

CERTIFICATE = Certificate(3, 0.5, 0.25, (1, 2))
# Those that take more than a message.
MADE = {
    TrialError: TrialError("the message", 7, CERTIFICATE),
    NotLowRankError: NotLowRankError("the message", CERTIFICATE),
    _FailedError: _FailedError(7, ZeroDivisionError("the message")),
}


def exception_classes():
    """Every class of an exception or a warning that a module of opsvd defines."""
    for module in pkgutil.walk_packages(opsvd.__path__, "opsvd."):
        if module.name not in ("opsvd.__main__", "opsvd.explorer.notebook"):    # which marimo runs, and nothing imports
            importlib.import_module(module.name)

    def below(base):
        for cls in base.__subclasses__():
            yield cls
            yield from below(cls)

    return sorted({cls for cls in below(BaseException) if cls.__module__.split(".")[0] == "opsvd"},
                  key=lambda cls: cls.__name__)


def alike(one, other):
    """Whether two values print alike, which is enough for exceptions and records."""
    return type(one) is type(other) and repr(one) == repr(other)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy,
                                   *[lambda error, p=p: pickle.loads(pickle.dumps(error, p)) for p in (2, 4, 5)]])  # noqa: S301
@pytest.mark.parametrize("cls", exception_classes(), ids=lambda cls: cls.__name__)
def test_every_exception_can_be_pickled_and_copied(cls, again):
    """The class, the message, the attributes and the notes are those of the original."""
    error = MADE[cls] if cls in MADE else cls("the message")
    error = copy.copy(error)
    error.add_note("a note")
    found = again(error)
    assert (type(found), str(found)) == (cls, str(error))
    assert vars(found).keys() == vars(error).keys()
    assert all(alike(value, vars(error)[name]) for name, value in vars(found).items())
    assert repr(found) == repr(error)


def test_the_table_has_every_exception():
    """The walk finds the public ones at least."""
    assert {getattr(opsvd, name) for name in dir(opsvd) if isinstance(getattr(opsvd, name), type)
            and issubclass(getattr(opsvd, name), BaseException)} <= set(exception_classes())


def failing(sample):
    """Raise what a kernel that fails in its third trial makes of `sample`."""
    calls = []

    def h(x, y):
        calls.extend([None] * (x.shape[0] == 20))
        if len(calls) == 3:
            raise ZeroDivisionError("oh")
        return np.tanh(x * y)

    with pytest.raises(TrialError) as caught:
        sample(h)
    return caught.value


@pytest.mark.parametrize("sample", [
    lambda h: monte_carlo(h, 20, trials=5, rng=0), lambda h: monte_carlo_sweep(h, [20, 30], trials=5, rng=0)],
    ids=["monte_carlo", "monte_carlo_sweep"])
def test_a_failed_trial_keeps_what_is_done_through_a_pickle(sample):
    """The partial result arrives with its values."""
    error = failing(sample)
    found = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(found), found.trial) == (str(error), 3)
    parts = [one.partial[0] if hasattr(one.partial, "records") and hasattr(one.partial, "__len__") else one.partial
             for one in (found, error)]
    np.testing.assert_array_equal(parts[0].spectra, parts[1].spectra)


def test_a_refused_matrix_keeps_its_certificate_through_a_pickle():
    """What the low-rank engine refuses says the same in another process."""
    with pytest.raises(NotLowRankError) as caught:
        monte_carlo(lambda x, y: x > y, 300, rng=0, engine=LowRank())
    found = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert found.certificate == caught.value.certificate
