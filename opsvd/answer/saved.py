"""Measures and singular functions in a file, and back."""

from typing import Any

import numpy as np

from ..bases import BASES
from ..kernels import Side
from ..measures import MEASURES, Measure
from ..operator.singular_functions import Part, SingularFunctions


def functions_to_arrays(functions: SingularFunctions, prefix: str) -> dict[str, Any]:
    """Everything that singular functions depend on, but for the kernel, under names that begin with `prefix`.

    Parts are stacked, so that there are few arrays however many parts there are.

    Raises TypeError for a basis or a measure that `functions_from_arrays` does not know.
    """
    bases = [part.basis for part in functions.parts]
    for basis in bases:
        if BASES.get(type(basis).__name__) is not type(basis):
            raise TypeError(f"a result can be saved in the bases {', '.join(BASES)} only, got {type(basis).__name__}; "
                            f"add the basis to opsvd.bases, or save the values alone with numpy.savez")
    states = [basis.state() for basis in bases]
    stacked = {"coefficients": [part.coefficients for part in functions.parts],
               "columns": [part.columns for part in functions.parts],
               **{f"state.{name}": [np.asarray(state[name]) for state in states] for name in states[0]}}
    arrays = {f"{prefix}.inner": values for values in functions.values_near_zero()}
    for name, pieces in stacked.items():
        # In the order in which they lie in memory: products of arrays of another order are rounded otherwise.
        arrays[f"{prefix}.{name}"] = np.concatenate([piece.ravel("A") for piece in pieces])
        arrays[f"{prefix}.{name}.shapes"] = np.array([piece.shape for piece in pieces], dtype=int)
        arrays[f"{prefix}.{name}.transposed"] = np.array([piece.flags.fnc for piece in pieces])
    return {**_measure_to_arrays(functions.measure, f"{prefix}.measure"), **functions.side.state(prefix), **arrays,
            f"{prefix}.basis": type(bases[0]).__name__,
            f"{prefix}.listed": -1 if functions.listed is None else functions.listed}


def functions_from_arrays(arrays: dict[str, np.ndarray], prefix: str) -> SingularFunctions:
    """The functions that `functions_to_arrays` wrote."""
    side = Side.from_state(_measure_from_arrays(arrays, f"{prefix}.measure"), arrays, prefix)
    basis, head = BASES[str(arrays[f"{prefix}.basis"])], f"{prefix}.state."
    coefficients, columns = (_pieces(arrays, f"{prefix}.{name}") for name in ("coefficients", "columns"))
    states = {name.removeprefix(head): _pieces(arrays, name) for name in arrays
              if name.startswith(head) and not name.endswith((".shapes", ".transposed"))}
    parts = [Part(basis.from_state(side, {name: _plain(pieces[i]) for name, pieces in states.items()}),
                  coefficients[i], columns[i]) for i in range(len(columns))]
    listed = int(arrays[f"{prefix}.listed"])
    return SingularFunctions(tuple(parts), None if listed < 0 else listed, near_zero=arrays.get(f"{prefix}.inner"))


def _pieces(arrays: Any, name: str) -> list[np.ndarray]:
    """The arrays that stand one after the other under a name."""
    shapes, orders = arrays[f"{name}.shapes"], np.where(arrays[f"{name}.transposed"], "F", "C")
    flat = np.split(arrays[name], np.cumsum(shapes.prod(axis=1))[:-1])
    return [piece.reshape(shape, order=order).copy(order="K") for piece, shape, order in zip(
        flat, shapes, orders.tolist(), strict=True)]


def _plain(array: np.ndarray) -> Any:
    """A number back from the array that a file makes of it."""
    return array.item() if array.ndim == 0 else array


def _measure_to_arrays(measure: Measure, name: str) -> dict[str, Any]:
    """The type and the state of a measure, and of those that it is made of, under names that begin with `name`."""
    if MEASURES.get(type(measure).__name__) is not type(measure):
        raise TypeError(f"a result can be saved under the measures {', '.join(MEASURES)} only, got "
                        f"{type(measure).__name__}; save the values alone with numpy.savez")
    arrays: dict[str, Any] = {name: type(measure).__name__}
    for key, value in measure.state().items():
        if isinstance(value, Measure):
            arrays.update(_measure_to_arrays(value, f"{name}.{key}"))
        elif isinstance(value, tuple):
            arrays[f"{name}.{key}"] = np.array([len(value)])
            for i, part in enumerate(value):
                arrays.update(_measure_to_arrays(part, f"{name}.{key}.{i}"))
        else:
            arrays[f"{name}.{key}"] = value
    return arrays


def _measure_from_arrays(arrays: dict[str, np.ndarray], name: str) -> Measure:
    """The measure that `_measure_to_arrays` wrote."""
    state: dict[str, Any] = {}
    keys = [key for key in arrays if key.startswith(f"{name}.") and "." not in key.removeprefix(f"{name}.")]
    for key in keys:
        value, short = arrays[key], key.removeprefix(f"{name}.")
        if value.dtype.kind == "U":
            state[short] = _measure_from_arrays(arrays, key)
        elif f"{key}.0" in arrays:
            state[short] = tuple(_measure_from_arrays(arrays, f"{key}.{i}") for i in range(int(value[0])))
        else:
            state[short] = _plain(value)
    return MEASURES[str(arrays[name])].from_state(state)
