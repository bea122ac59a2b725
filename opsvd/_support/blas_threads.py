"""BLAS threads: many operations on small matrices are far slower on several than on one."""

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

_LOCK = threading.Lock()
_OPEN: list[list[int]] = []    # for each open block, the numbers of threads that there were before the first of them


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside the block, if threadpoolctl (the extra ``threads``) is installed.

    Where other work keeps the cores busy, threads that wait for each other have made a decomposition of 15 ms take more
    than a second. Setting OMP_NUM_THREADS=1 before numpy is imported does the same without the package.

    The number belongs to the whole process. Blocks in several Python threads may overlap: the last one that is left
    restores what was there before the first. Where BLAS counts by OpenMP, every Python thread has a number of its own,
    and restores it itself.
    """
    controller = _controller()
    if controller is None:
        yield
        return
    with _LOCK:
        mine = [library.num_threads for library in controller.lib_controllers]
        _OPEN.append(_OPEN[0] if _OPEN else mine)
        _set(controller, [1] * len(mine))
    try:
        yield
    finally:
        with _LOCK:
            first = _OPEN.pop()
            # With OpenMP each thread has a number of its own.
            _set(controller, [own if getattr(library, "threading_layer", None) == "openmp" else 1 if _OPEN else number
                              for library, own, number in zip(controller.lib_controllers, mine, first, strict=True)])


def _set(controller: Any, numbers: list[int]) -> None:
    for library, number in zip(controller.lib_controllers, numbers, strict=True):
        library.set_num_threads(number)
    # From version 3.7 on, a thread that has set a number keeps the others from it until it leaves a block of limits.
    with controller.limit(limits=None):
        pass


@lru_cache(maxsize=1)
def _controller() -> Any:
    try:
        return importlib.import_module("threadpoolctl").ThreadpoolController().select(user_api="blas")
    except ImportError:
        return None
