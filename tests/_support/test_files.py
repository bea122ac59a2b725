"""Files that are written are whole, or not there."""

import gc
import os
import stat
from pathlib import Path

import numpy as np
import pytest

import opsvd
from opsvd._support.files import as_path, replacing
from opsvd.cli import main


def names_in(directory):
    """The names of the files there."""
    return sorted(path.name for path in directory.iterdir())


def halfway(path, error):
    """Write a part of a file, and fail."""
    with replacing(path) as file:
        file.write(b"half")
        raise error


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), ValueError("bad")], ids=repr)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    """Whatever ends the writing, Ctrl-C as well: the old content stays, and no part of the new one."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)):
        halfway(path, error)
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]
    with pytest.raises(type(error)):
        halfway(tmp_path / "new", error)
    assert names_in(tmp_path) == ["file"]


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path):
    """Its permissions stay; a link goes on pointing to where the file is."""
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    with replacing(link) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names_in(tmp_path) == ["file", "link"]


def test_devices_are_written_to_and_not_replaced():
    """A device holds nothing that could be lost."""
    with replacing(os.devnull) as file:
        file.write(b"gone")
    assert not stat.S_ISREG(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize(("name", "error", "message"), [
    ("", IsADirectoryError, "path must name a file, got the directory"),
    ("missing/file", FileNotFoundError, "path must lie in a directory that exists, got .* make the directory"),
    ("a\0b", ValueError, "path must not hold a null character"),
])
def test_bad_places_are_named(tmp_path, name, error, message):
    """A directory, a directory that is not there, and what is no name."""
    with pytest.raises(error, match=message):
        halfway(str(tmp_path / name) if "\0" not in name else name, OSError())
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("value", [None, 3, b"bytes", ["list"], np.zeros(2)], ids=str)
def test_what_is_no_path_is_refused(value):
    """By its type; so do save and load."""
    svd = opsvd.decompose(lambda x, y: x * y)
    for call in (svd.save, opsvd.load, lambda path: as_path(path, "path")):
        with pytest.raises(TypeError, match="path must be a path, got "):
            call(value)


def test_a_file_that_may_not_be_written_stays(tmp_path, monkeypatch):
    """A read-only file is not replaced, although its directory would allow it."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)    # who runs as root may write everything
    with pytest.raises(PermissionError, match="which is read-only; take another name"):
        halfway(path, OSError())
    assert path.read_bytes() == b"old"


def test_an_error_of_the_system_names_the_file_and_not_the_part(tmp_path, monkeypatch):
    """What is opened has another name for a while, which means nothing to anybody."""
    monkeypatch.setattr("opsvd._support.files.secrets.token_hex", lambda _: "x" * 300)
    with pytest.raises(OSError, match="file") as caught:
        halfway(tmp_path / "file", OSError())
    assert "xxx" not in str(caught.value)


def test_a_failed_save_leaves_the_old_result(tmp_path, monkeypatch):
    """The disk is full after the first array: the old result still loads."""
    path = tmp_path / "svd.npz"
    old = opsvd.decompose(lambda x, y: np.sin(x * y), max_rank=3)
    old.save(path)
    write, calls = np.lib.format.write_array, []

    def fail(*args, **options):
        calls.append(args)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        write(*args, **options)

    monkeypatch.setattr(np.lib.format, "write_array", fail)
    with pytest.raises(OSError, match="No space left"):
        opsvd.decompose(lambda x, y: np.tanh(x * y)).save(path)
    monkeypatch.undo()
    gc.collect()    # what is left of the archive ends without an exception
    np.testing.assert_array_equal(opsvd.load(path).singular_values, old.singular_values)
    assert names_in(tmp_path) == ["svd.npz"]


@pytest.mark.parametrize("arguments", [["x*y", "--no-crosscheck", "--plot", "picture.png"],
                                       pytest.param(
    ["--essay", ".", "--n", "20", "--trials", "2"], marks=pytest.mark.thorough)], ids=["plot", "essay"])
def test_a_failed_picture_leaves_the_old_one(tmp_path, monkeypatch, arguments):
    """The command line writes pictures beside the old ones too."""
    monkeypatch.chdir(tmp_path)
    names = ["picture.png", "low_rank_exps_a.png"]
    for name in names:
        (tmp_path / name).write_bytes(b"old")

    def fail(_self, file, **_options):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)
    assert main(arguments) != 0
    assert names_in(tmp_path) == sorted(names)
    assert all((tmp_path / name).read_bytes() == b"old" for name in names)
