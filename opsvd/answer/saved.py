"""Measures and singular functions in a file, and back."""

from typing import Any

import numpy as np

from ..measures import Gaussian, GaussianVector, Measure
from ..operator.singular_functions import SingularFunctions

__all__ = ["functions_from_arrays", "functions_to_arrays"]


def functions_to_arrays(functions: SingularFunctions, prefix: str) -> dict[str, Any]:
    """Everything that singular functions depend on, but for the kernel, under names that begin with `prefix`.

    Raises TypeError if their measure is not Gaussian.
    """
    return {**_measure_to_arrays(functions.measure, prefix), **functions.to_arrays(prefix)}


def functions_from_arrays(arrays: dict[str, np.ndarray], prefix: str) -> SingularFunctions:
    """The functions that `functions_to_arrays` wrote."""
    return SingularFunctions.from_arrays(_measure_from_arrays(arrays, prefix), arrays, prefix)


def _measure_to_arrays(measure: Measure, prefix: str) -> dict[str, Any]:
    if isinstance(measure, Gaussian):
        return {f"{prefix}.mean": measure.mean, f"{prefix}.std": measure.std}
    if not isinstance(measure, GaussianVector):
        raise TypeError(f"only results under Gaussian measures can be saved, got {measure!r}; save the values alone "
                        f"with numpy.savez")
    # The root, and not the covariance: functions of whitened coordinates belong to this very factor. A mean of zero
    # needs no memory, in however many dimensions.
    mean = {f"{prefix}.mean": measure.mean} if measure.mean.any() else {}
    return {f"{prefix}.dim": measure.dim, f"{prefix}.root": measure.root, **mean}


def _measure_from_arrays(arrays: dict[str, np.ndarray], prefix: str) -> Gaussian | GaussianVector:
    if f"{prefix}.std" in arrays:
        return Gaussian(arrays[f"{prefix}.mean"].item(), arrays[f"{prefix}.std"].item())
    dim = int(arrays[f"{prefix}.dim"])
    return GaussianVector.of_root(arrays.get(f"{prefix}.mean", np.zeros(dim)), arrays[f"{prefix}.root"])
