"""BLAS threads: many operations on small matrices are far slower on several than on one."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

__all__ = ["one_blas_thread"]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside the block, if threadpoolctl (the extra ``threads``) is installed.

    Where other work keeps the cores busy, threads that wait for each other have made a decomposition of 15 ms take more
    than a second. Setting OMP_NUM_THREADS=1 before numpy is imported does the same without the package.
    """
    controller = _controller()
    if controller is None:
        yield
        return
    with controller.limit(limits=1, user_api="blas"):
        yield


@lru_cache(maxsize=1)
def _controller() -> Any:
    try:
        return importlib.import_module("threadpoolctl").ThreadpoolController()
    except ImportError:
        return None
