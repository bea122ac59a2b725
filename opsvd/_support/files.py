"""Writing files so that a failure loses nothing."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


def as_path(value: Any, name: str) -> Path:
    """Return `value` as a path, or raise naming `name`."""
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a path, got {type(value).__name__}; pass for example 'result.npz'")
    if "\0" in text:
        raise ValueError(f"{name} must not hold a null character, got {text!r}; take it out")
    return Path(text)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a new file beside `path`, which takes its place when the block ends without an exception.

    Until then the old file is untouched, and after an exception, or Ctrl-C, nothing is left of the new one. A link is
    followed, and the permissions of an old file are kept. A device or a pipe holds nothing that could be lost, and is
    written to directly.

    Raises
    ------
    TypeError, ValueError
        If `path` is no path.
    FileNotFoundError, IsADirectoryError, PermissionError
        If its directory does not exist, if it is a directory, or if it may not be written.
    """
    target = Path(os.path.realpath(as_path(path, "path")))
    if target.is_dir():
        raise IsADirectoryError(f"path must name a file, got the directory {str(target)!r}; add the name of a file")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"path must lie in a directory that exists, got {str(target)!r}; make the directory "
                                f"{str(target.parent)!r} first")
    old = target.stat() if target.exists() else None
    if old is not None and not stat.S_ISREG(old.st_mode):
        with target.open("wb") as file:
            yield file
        return
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError(f"path must be a file that may be written, got {str(target)!r}, which is read-only; "
                              f"take another name")
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        file = beside.open("xb")
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(target)) from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())    # else a power failure could leave an empty file under the name of the old one
        if old is not None:
            beside.chmod(stat.S_IMODE(old.st_mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
