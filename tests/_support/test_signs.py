"""Signs beyond ASCII: what the library writes where standard output cannot take them."""

import io
import sys

import numpy as np
import pytest

import opsvd
from opsvd._support.signs import plus_minus
from opsvd.sampling import monte_carlo_sweep


@pytest.mark.parametrize(("encoding", "sign"), [
    ("utf-8", "\u00b1"), ("latin-1", "\u00b1"), ("ascii", "+-"), ("no-such-encoding", "+-")])
def test_the_sign_is_one_that_can_be_written(encoding, sign, monkeypatch):
    """The sign where the encoding has it, two characters where not."""
    class Terminal(io.StringIO):
        pass

    Terminal.encoding = encoding
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert plus_minus() == sign


def test_everything_that_is_printed_is_ascii_there(monkeypatch):
    """Estimates, decay laws, sweeps and comparisons, printed to a terminal that takes nothing else."""
    h = lambda x, y: np.sin(x * y)    # noqa: E731 -- a kernel as users write it
    svd, sweep = opsvd.decompose(h), monte_carlo_sweep(h, [20, 30], trials=3, rng=0)
    check = opsvd.crosscheck(h, n=20, trials=3, rng=0, svd=svd)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    for printed in (svd.norm, svd.effective_rank(), svd.decay, sweep, check, svd, svd.predict(100)):
        sys.stdout.write(f"{printed} {printed!r}\n")
    sys.stdout.flush()
    assert b"+-" in sys.stdout.buffer.getvalue()
