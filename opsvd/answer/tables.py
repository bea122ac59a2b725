"""Parts of an operator SVD as tables: its measures by name, and its spectrum."""

from itertools import accumulate
from typing import Any

import numpy as np

from .._support.tables import Records, plain
from ..measures import GaussianVector, Measure


def measure_record(mu: Measure) -> dict[str, Any]:
    """The name of a measure, and the arguments that make it, measures among them."""
    name = type(mu).__name__
    if isinstance(mu, GaussianVector):
        if mu.isotropic_std is not None and not mu.mean.any():
            return {"name": name, "k": mu.dim, "std": mu.isotropic_std}
        return {"name": name, "mean": plain(mu.mean), "cov": plain(mu.cov)}
    return {"name": name, **{key: _part(value) for key, value in mu.state().items()}}


def _part(value: Any) -> Any:
    if isinstance(value, Measure):
        return measure_record(value)
    return [_part(part) for part in value] if isinstance(value, tuple) else plain(value)


def spectrum_records(values: np.ndarray, errors: np.ndarray, multiplicities: np.ndarray) -> Records:
    """A row for each distinct value: its first index, from 1, the value, its bar, and how often it stands."""
    counts = multiplicities.tolist()
    starts = accumulate(counts, initial=1)
    return [{"i": start, "singular_value": float(value), "error": float(error), "multiplicity": count}
            for start, value, error, count in zip(starts, values, errors, counts, strict=False)]
