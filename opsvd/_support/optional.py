"""Imports of optional packages, in one place."""

import importlib
from types import ModuleType


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import `module`, or raise an ImportError that names the extra to install.

    Parameters
    ----------
    module : str
        The module to import, such as ``"matplotlib.pyplot"``.
    extra : str
        The extra of opsvd that brings it, such as ``"plot"``.
    purpose : str
        What needs it, for the message.

    Raises
    ------
    ImportError
        If the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        raise ImportError(f"{purpose} needs {package}, which is not installed; "
                          f"install it with: pip install 'opsvd[{extra}]'") from error
