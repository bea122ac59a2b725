"""Checks for users' own kernels, measures and methods: each raises AssertionError naming what is wrong."""

from .kernels import check_kernel
from .measures import check_measure
from .methods import check_method

__all__ = ["check_kernel", "check_measure", "check_method"]
