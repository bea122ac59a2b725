"""Methods, one a file: each turns a kernel into discretisations. They are imported when they are first used."""

from .._support.public_names import from_stub

__getattr__, __dir__, __all__ = from_stub(__name__, __file__)
