"""Measures and singular functions in a file, and back."""

from typing import Any

import numpy as np

from ..measures import Gaussian, GaussianVector, Measure
from ..operator.grid_functions import GridFunctions
from ..operator.nystrom_functions import NystromFunctions
from ..operator.sector_functions import SectorFunctions
from ..operator.singular_functions import SingularFunctions
from ..operator.tensor_functions import TensorFunctions
from ..prediction.moments import Functions

__all__ = ["functions_from_arrays", "functions_to_arrays"]

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (
    GridFunctions, NystromFunctions, SectorFunctions, SingularFunctions, TensorFunctions)}


def functions_to_arrays(functions: Functions, prefix: str) -> dict[str, Any]:
    """Everything that singular functions depend on, but for the kernel, under names that begin with `prefix`.

    Raises TypeError if their measure is not Gaussian.
    """
    return {f"{prefix}.kind": type(functions).__name__, **_measure_to_arrays(functions.measure, prefix),
            **functions.state(prefix)}


def functions_from_arrays(arrays: dict[str, np.ndarray], prefix: str) -> Functions:
    """The functions that `functions_to_arrays` wrote."""
    kind, measure = _KINDS[str(arrays[f"{prefix}.kind"])], _measure_from_arrays(arrays, prefix)
    functions: Functions = kind.from_state(measure, arrays, prefix)
    return functions


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
