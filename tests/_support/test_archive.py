"""Files that are no saved result, or no longer one, are refused in one way."""

import io
import json
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

import opsvd


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The bytes of a saved result, and its arrays."""
    path = tmp_path_factory.mktemp("saved") / "svd.npz"
    opsvd.decompose(lambda x, y: np.exp(0.3 * x * y), rtol=1e-6).save(path)
    with np.load(path) as archive:
        return path.read_bytes(), dict(archive)


def refusal(path):
    """The message with which a file is refused: it names the file, and what to do, and gives no dangerous advice."""
    with pytest.raises(ValueError, match=r"path must be a file written by OperatorSVD\.save, got ") as caught:
        opsvd.load(path)
    message = str(caught.value)
    assert repr(str(path)) in message
    assert message.endswith("; take another copy of the file, or decompose and save again")
    assert "allow_pickle" not in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return message


class Rogue:
    """Unpickling it would fail the test."""

    def __reduce__(self):
        """What pickle calls."""
        return pytest.fail, ("a pickle was run",)


def npz(**arrays):
    """The bytes of what numpy.savez writes."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array):
    """The bytes of what numpy.save writes."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


FOREIGN = {
    "empty": (b"", "which is empty"),
    "text": (b"s_1 = 0.5\n" * 50, "which is a file of another kind"),
    "json": (b"{}", "which is a file of another kind"),
    "npy": (npy(np.ones(5)), "which is a single array, as numpy.save writes it"),
    "npy of objects": (npy(np.array([Rogue()], dtype=object)), "which is a single array"),
    "pickle": (pickle.dumps({"values": 1}), "which is a file of another kind"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "which is a file of another kind"),
    "zeros": (bytes(1000), "which is a file of another kind"),
    "other npz": (npz(a=np.ones(3), b=np.ones(2)), "which holds other things: a.npy, b.npy"),
    "empty npz": (npz(), "which holds other things: nothing"),
    "npz of objects": (npz(opsvd=np.array([Rogue()], dtype=object)), "and not a short text"),
    "numbers for the title": (npz(opsvd=np.ones(3)), "whose array 'opsvd' is <f8 of shape"),
    "title without a version": (npz(opsvd="{}"), "which is damaged"),
    "title that is no json": (npz(opsvd="hello"), "which is damaged"),
    "title that is a list": (npz(opsvd="[5]"), "which is damaged"),
    "deep title": (npz(opsvd="[" * 100_000), "which is damaged"),
    "format 4": (npz(opsvd='{"version": 4, "rank": 1}', values=np.ones(1)),
                 "which must be in format version 8, got version 4; use the version of opsvd that wrote it"),
    "later format": (npz(opsvd='{"version": 99}'), "got version 99; use the version of opsvd that wrote it"),
    "no seal": (npz(opsvd='{"version": 8, "arrays": {}}'), "whose description was changed since"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_other_files_are_refused(tmp_path, kind):
    """What is no result says what it is."""
    content, words = FOREIGN[kind]
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    assert words in refusal(path)


def test_missing_files_and_directories(tmp_path):
    """They have the exceptions of their kind, with the same words."""
    with pytest.raises(FileNotFoundError, match=r"OperatorSVD\.save, got .*gone\.npz', which does not exist; check"):
        opsvd.load(tmp_path / "gone.npz")
    with pytest.raises(IsADirectoryError, match=r"OperatorSVD\.save, got .* which is a directory; add the name"):
        opsvd.load(tmp_path)
    with pytest.raises(ValueError, match="which is a device or a pipe"):
        opsvd.load("/dev/null")


@pytest.mark.parametrize("part", np.linspace(0.0, 0.999, 23))
def test_truncated_files_are_refused(saved, tmp_path, part):
    """Wherever the copy ended."""
    content, _ = saved
    path = tmp_path / "short.npz"
    path.write_bytes(content[:int(part * len(content))])
    refusal(path)


def test_flipped_bits_are_refused_or_do_not_matter(saved, tmp_path):
    """A byte that is another one, anywhere, as in dates of the archive: no exception but ours, and no other number."""
    content, arrays = saved
    path, rng, refused = tmp_path / "flipped.npz", np.random.default_rng(0), 0
    for position in rng.integers(0, len(content), 300):
        changed = bytearray(content)
        changed[position] ^= 1 << rng.integers(8)
        path.write_bytes(changed)
        try:
            svd = opsvd.load(path)
        except ValueError as error:
            refused += 1
            assert "path must be a file written by OperatorSVD.save" in str(error)    # noqa: PT017 -- or it loads
        else:
            np.testing.assert_array_equal(svd.values, arrays["values"])
            np.testing.assert_array_equal(svd.left.parts[0].coefficients.ravel("K"), arrays["left.coefficients"])
    assert refused > 250


def with_nan(array):
    """One entry is not a number."""
    changed = array.copy()
    changed.flat[0] = np.nan
    return changed


DAMAGE = {
    "complex": lambda a: a.astype(complex),
    "nan": with_nan,
    "infinite": lambda a: a + np.inf,
    "negative": lambda a: -1.0 - a,
    "unsorted": lambda a: a[::-1].copy(),
    "short": lambda a: a[:-1],
    "long": lambda a: np.concatenate([a, a]),
    "empty": lambda a: a[:0],
    "scalar": lambda a: a.ravel()[0],
    "another shape": lambda a: a.reshape(1, *a.shape),
    "single precision": lambda a: a.astype(np.float32),
    "integers": lambda a: (1e3 * a).astype(int),
    "text": lambda a: a.astype(str),
    "bytes": lambda a: np.frombuffer(a.tobytes(), dtype=np.uint8),
    "another byte order": lambda a: a.astype(">f8"),
    "objects": lambda a: np.array([Rogue()] * max(a.size, 1), dtype=object),
    "slightly larger": lambda a: a + 1e-12,
    "structured": lambda a: np.zeros(a.shape, dtype=[("a", "f8")]),
}


@pytest.mark.parametrize("name", ["values", "value_errors", "errors", "left.coefficients", "right.coefficients",
                                  "kernel_values"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_changed_arrays_are_named(saved, tmp_path, name, damage):
    """Whatever was done to an array, the message names it."""
    _, arrays = saved
    path = tmp_path / "changed.npz"
    path.write_bytes(npz(**{**arrays, name: DAMAGE[damage](arrays[name])}))
    assert f"whose array {name!r} " in refusal(path)


def test_every_array_is_needed_and_no_other(saved, tmp_path):
    """Each one is missed by its name; one more is refused too; all of them, written anew, load."""
    _, arrays = saved
    path = tmp_path / "partial.npz"
    for name in set(arrays) - {"opsvd", "sha256"}:
        path.write_bytes(npz(**{key: array for key, array in arrays.items() if key != name}))
        assert f"which lacks the array {name!r}" in refusal(path)
    path.write_bytes(npz(**arrays, more=np.ones(3)))
    assert "which was given the array 'more'" in refusal(path)
    path.write_bytes(npz(**arrays))
    np.testing.assert_array_equal(opsvd.load(path).values, arrays["values"])


@pytest.mark.parametrize("change", [{"rank": 10**12}, {"rank": -1}, {"tail": -1.0}, {"converged": "yes"},
                                    {"rtol": None}, {"norm": []}, {"multiplicities": ["0"]}, {"arrays": {}},
                                    {"arrays": None}], ids=str)
def test_a_changed_description_is_refused(saved, tmp_path, change):
    """Numbers and words as well as arrays."""
    _, arrays = saved
    meta = {**json.loads(str(arrays["opsvd"])), **change}
    path = tmp_path / "changed.npz"
    path.write_bytes(npz(**{**arrays, "opsvd": json.dumps(meta)}))
    assert "whose description was changed since" in refusal(path)


def test_a_name_that_stands_twice_is_refused(saved, tmp_path):
    """Zip archives may hold it; which is meant nobody can tell."""
    content, arrays = saved
    path = tmp_path / "twice.npz"
    path.write_bytes(content)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("values.npy", npy(arrays["values"]))
    refusal(path)


def test_large_foreign_files_are_not_read(tmp_path):
    """What holds 80 MB of other things takes no memory: their names are enough, or the header of the title."""
    path = tmp_path / "large.npz"
    for arrays in ({"a": np.zeros(10**7)}, {"opsvd": np.zeros(10**7)}):
        np.savez(path, **arrays)
        tracemalloc.start()
        refusal(path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 10**6


def test_a_header_that_promises_too_much_takes_no_memory(saved, tmp_path):
    """An array of 8 TB in a file of some kilobytes."""
    _, arrays = saved
    path = tmp_path / "bomb.npz"
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    header += b" " * (118 - len(header) - 1) + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = npy(array)
            if name == "values":
                content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
            archive.writestr(f"{name}.npy", content)
    assert "whose array 'values' is <f8 of shape (1000000000000,) and not <f8 of shape" in refusal(path)


def test_arrays_of_objects_are_not_written(tmp_path):
    """They would be pickled; nothing is written."""
    from opsvd._support.archive import write_archive
    with pytest.raises(TypeError, match="must hold numbers or text, got dtype object"):
        write_archive(tmp_path / "file", {}, {"a": np.array([None])})
    assert not (tmp_path / "file").exists()
