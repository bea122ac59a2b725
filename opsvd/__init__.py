"""opsvd: the singular value decomposition of kernels under probability measures."""

from ._support.public_names import from_stub

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = from_stub(__name__, __file__)
