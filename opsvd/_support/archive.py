"""Archives of arrays that say what is in them: nothing else is read, and nothing that was changed."""

import hashlib
import io
import json
import zipfile
from os import PathLike
from typing import Any, BinaryIO

import numpy as np

from .files import as_path, replacing
from .quad import from_bits, is_quad, to_bits

# Of the format: one more for each change after which older versions could not read a file.
_VERSION = 8
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_TITLE, _SEAL = "opsvd", "sha256"


class _UnreadableError(Exception):
    """What is wrong with a file, in words that follow "which"."""


def write_archive(path: str | PathLike[str], meta: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Write a description and arrays to an ``.npz`` file, which names each array with its shape and its digest.

    The file appears only when it is whole: see `replacing`.
    """
    content: dict[str, Any] = {name: np.asarray(array) for name, array in arrays.items()}
    quad = [name for name, array in content.items() if is_quad(array)]
    content |= {name: to_bits(content[name]) for name in quad}
    listed = {name: _entry(array) for name, array in content.items()}
    text = json.dumps({"version": _VERSION, **meta, "arrays": listed, "quad": quad}, default=np.generic.item)
    content |= {_TITLE: np.asarray(text), _SEAL: np.asarray(_digest(np.asarray(text)))}
    # In memory: of an archive that fails halfway, older numpys end the file later, when it is closed.
    whole = io.BytesIO()
    np.savez(whole, **content)    # without objects, as these have no entry, so that nothing is pickled
    with replacing(path) as file:
        file.write(whole.getbuffer())


def read_archive(path: str | PathLike[str]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read what `write_archive` wrote, or raise.

    Of other files the directory is read, and the headers of arrays, but no array.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file.
    ValueError
        If it was written by something else, in another version of the format, or changed since.
    """
    place = as_path(path, "path")
    needed = f"path must be a file written by OperatorSVD.save, got {str(place)!r}"
    if not place.exists():
        raise FileNotFoundError(f"{needed}, which does not exist; check the name, and the current directory")
    if place.is_dir():
        raise IsADirectoryError(f"{needed}, which is a directory; add the name of a file in it")
    if not place.is_file():
        raise ValueError(f"{needed}, which is a device or a pipe; save a result to a file first")
    with place.open("rb") as file:
        try:
            return _content(file)
        except ImportError:    # of numpy-quaddtype, with the extra to install
            raise
        except _UnreadableError as error:
            fault = str(error)
        except Exception:  # noqa: BLE001 -- zipfile, numpy and json raise some ten kinds on damaged bytes
            fault = "which is damaged, or cut short"
    # Without the cause: numpy advises to load such files by pickle, which may run anything.
    raise ValueError(f"{needed}, {fault}; take another copy of the file, or decompose and save again")


def _content(file: BinaryIO) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    start = file.read(8)
    if not zipfile.is_zipfile(file):
        raise _UnreadableError("which is empty" if not start else "which is a single array, as numpy.save writes it"
                               if start.startswith(b"\x93NUMPY") else "which is cut short" if start.startswith(b"PK")
                               else "which is a file of another kind")
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if f"{_TITLE}.npy" not in names:
            raise _UnreadableError(f"which holds other things: {', '.join(names[:3]) or 'nothing'}")
        text = _array(archive, _TITLE, None)
        meta = json.loads(str(text))
        version = meta["version"]
        if version != _VERSION:
            raise _UnreadableError(f"which must be in format version {_VERSION}, got version {version}; use the "
                                   f"version of opsvd that wrote it")
        if f"{_SEAL}.npy" not in names or str(_array(archive, _SEAL, None)) != _digest(text):
            raise _UnreadableError("whose description was changed since")
        listed = meta.pop("arrays")
        given, expected = sorted(names), sorted(f"{name}.npy" for name in (*listed, _TITLE, _SEAL))
        if given != expected:
            odd = next(iter(sorted(set(given) ^ set(expected)) or given)).removesuffix(".npy")
            raise _UnreadableError(f"which {'lacks' if odd in listed else 'was given'} the array {odd!r}")
        arrays, quad = {name: _array(archive, name, entry) for name, entry in listed.items()}, meta.pop("quad")
    return meta, arrays | {name: from_bits(arrays[name]) for name in quad}


def _array(archive: zipfile.ZipFile, name: str, entry: list[Any] | None) -> np.ndarray:
    """One array, if its header is that of its entry, or, without one, that of a short text; and its digest too."""
    with archive.open(f"{name}.npy") as member:
        shape, _, dtype = _HEADERS[np.lib.format.read_magic(member)](member)
        # The description of ten thousand values takes 2 MB; of a file of another kind no more than 64 MB are read.
        fits = (dtype.kind == "U" and shape == () and dtype.itemsize <= 2**26) if entry is None else (
            [dtype.str, list(shape)] == entry[:2])
        if not fits:
            wanted = "a short text" if entry is None else f"{entry[0]} of shape {tuple(entry[1])}"
            raise _UnreadableError(f"whose array {name!r} is {dtype.str} of shape {shape} and not {wanted}")
        member.seek(0)
        array: np.ndarray = np.lib.format.read_array(member, allow_pickle=False)
    if entry is not None and _entry(array) != entry:
        raise _UnreadableError(f"whose array {name!r} was changed since")
    return array


def _entry(array: np.ndarray) -> list[Any]:
    """The type, the shape and the digest of an array."""
    if array.dtype.hasobject:
        raise TypeError(f"arrays to be saved must hold numbers or text, got dtype {array.dtype}; convert them first")
    return [array.dtype.str, list(array.shape), _digest(array)]


def _digest(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
