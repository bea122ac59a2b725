"""Reading a decomposition from a file."""

from collections.abc import Callable
from os import PathLike
from typing import Any

from .._support.archive import read_archive
from ..kernels import Kernel, entrywise, paired, require_same_kernel
from ..spectrum import DecayLaw, Estimate, Tail
from ..spectrum.multiplets import as_counts, expanded
from .result import OperatorSVD
from .saved import functions_from_arrays


def load(path: str | PathLike[str], h: Callable[..., Any] | Kernel | None = None) -> OperatorSVD:
    """Read a decomposition written by `OperatorSVD.save`.

    Parameters
    ----------
    path : path
        The file.
    h : callable or Kernel, optional
        The kernel, which a file cannot hold. It is held against a few values of the one that was decomposed. On the
        line, singular functions can then be called at any point; without it only where sums in their basis keep eight
        digits, for a Gaussian within 8.6 standard deviations of its mean or less, and elsewhere they raise. Functions
        of quasi-random points cannot be called without it at all, and other kinds do not need it.

    Returns
    -------
    OperatorSVD
        The same to the last bit, but that reconstruction without the kernel is a sum in the basis. Prediction needs no
        kernel.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file.
    ValueError
        If the file was not written by `save`, or in another format, or changed since; or if `h` is another kernel.
    TypeError
        If `path` is no path, or `h` not callable.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import opsvd
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "tanh.npz"
    >>> opsvd.decompose(lambda x, y: np.tanh(x * y)).save(path)
    >>> opsvd.load(path).singular_values[:2].round(9).tolist()
    [0.523183285, 0.059203253]
    >>> opsvd.load(path, h=lambda x, y: np.sin(x * y))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: h must be the kernel of the saved result, but at x = ...
    """
    meta, arrays = read_archive(path)
    values, counts = arrays["values"], as_counts([int(count) for count in meta["multiplicities"]])
    svd = OperatorSVD(values=values, multiplicities=counts, value_errors=arrays["value_errors"],
                      singular_values=expanded(values, counts, meta["rank"]), errors=arrays["errors"],
                      left=functions_from_arrays(arrays, "left"), right=functions_from_arrays(arrays, "right"),
                      norm=Estimate(*meta["norm"]), tail=meta["tail"], rtol=meta["rtol"], method=meta["method"],
                      evaluations=meta["evaluations"], status=meta["status"], converged=meta["converged"],
                      breaks=meta["breaks"], decay=DecayLaw(**meta["decay"]),
                      spectrum_tail=Tail(**meta["spectrum_tail"]), kernel_values=arrays.get("kernel_values"))
    if h is None:
        return svd
    kernel, mu_x, mu_y = paired(h, svd.mu_x, svd.mu_y)
    if (mu_x, mu_y) != (svd.mu_x, svd.mu_y):    # the default measure fits kernels of vectors too
        raise ValueError(f"h must be a kernel of the points of this result, under {svd.mu_x!r} and {svd.mu_y!r}, got "
                         f"{kernel!r} for points of {kernel.dims} coordinates; pass the kernel that was decomposed")
    kernel = entrywise(kernel)
    if svd.kernel_values is not None:
        require_same_kernel(kernel, mu_x, mu_y, svd.kernel_values)
    return svd.extended(kernel)
