"""Answers of a few fast rows against the stored record, and what the comparison of records says of a change."""

import copy
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("threadpoolctl")    # which benchmarks hold BLAS to one thread with
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from golden_record import STORED, compared, decomposed, differences, grade, moved, read_record

# Another numpy or processor rounds otherwise, which bars know, and which may change them by this factor.
BARS = 2.0


@pytest.fixture(scope="module")
def record():
    """The rows that are stored, by kind, name and tolerance."""
    return {(row["kind"], row["name"], row["rtol"]): row for row in read_record(STORED)}


@pytest.mark.parametrize(("kind", "name"), [
    ("numbers", "tanh(xy)"),
    ("numbers", "(x > y)"),
    ("vectors", "elementwise tanh, k = 1000"),
    ("vectors", "sin(x1 y2) + x2^2 y1"),
    ("blocks", "blockwise tanh, b = 2, k = 10"),
])
def test_answers_are_those_of_the_record(record, kind, name):
    """Values to 1e-13 s_1 or their bars, as many and with the same multiplicities; bars to a factor of two."""
    for new in decomposed(kind, name):
        old = record[kind, name, new["rtol"]]
        assert grade(new) <= grade(old)
        q = min(len(old["values"]), len(new["values"]))
        assert q >= 0.8 * len(old["values"])
        assert new["multiplicities"][:q] == old["multiplicities"][:q]
        values, before, bars = (np.array(each[:q]) for each in (new["values"], old["values"], old["errors"]))
        assert (np.abs(values - before) <= np.maximum(1e-13 * before[0], bars)).all()
        assert (np.array(new["errors"][:q]) <= BARS * bars + 1e-13 * before[0]).all()


def test_every_change_is_told(record, capsys):
    """Values beyond their bars, a bar, a multiplicity, a status and evaluations; none where nothing changed."""
    old = record["vectors", "elementwise tanh, k = 1000", 1e-4]
    assert differences(old, copy.deepcopy(old)) == []
    new = copy.deepcopy(old)
    new["values"][0] *= 1.01
    new["errors"][1] *= 3.0
    new["multiplicities"][0] += 1
    new["status"] = "not converged: for a test"
    new["evaluations"] += 1
    change, beyond = moved(old, new)
    assert (change, beyond) == (pytest.approx(0.01), True)
    found = "; ".join(differences(old, new))
    for text in ("* values moved by 1.0e-02 s_1, BEYOND the bars", "* multiplicities [1000", "* status became worse",
                 "bars: 1 of", "evaluations: "):
        assert text in found
    assert compared([old], [new])
    assert "1 answers changed" in capsys.readouterr().out
    assert not compared([old], [old])
    better = old | {"status": "converged: for a test", "evaluations": 1}
    assert not compared([old], [better])
