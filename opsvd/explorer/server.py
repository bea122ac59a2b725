"""The server of the page: marimo's, on this machine only, with a token."""

import runpy
import secrets
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from .._support.optional import require

NOTEBOOK = Path(__file__).with_name("notebook.py")
HOST = "127.0.0.1"


def free_port(port: int = 0) -> int:
    """The port, or any free one for 0. Raises OSError if it is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])


def editable(path: Path) -> Path:
    """A copy of the notebook at `path`; one that is there already stays as it is."""
    if not path.exists():
        shutil.copyfile(NOTEBOOK, path)
    return path


def serve(path: Path, given: Mapping[str, str], *, port: int, edit: bool, browser: bool) -> None:
    """Serve the notebook until Ctrl-C: as a page, or to edit it.

    Parameters
    ----------
    path : Path
        The notebook.
    given : mapping
        What the fields of the page hold at first.
    port : int
        A free port.
    edit : bool
        Whether the notebook is opened to edit it.
    browser : bool
        Whether to open the page in a browser.

    Raises
    ------
    ImportError
        If marimo is not installed.
    """
    require("marimo", "explore", "opsvd explore")
    token = secrets.token_urlsafe(16)
    print(f"opsvd: the page is http://{HOST}:{port}/?access_token={token}  (Ctrl-C ends it)", flush=True)  # noqa: T201
    command = ["marimo", "--yes", "edit" if edit else "run", str(path), "--no-sandbox", "--host", HOST,
               "--port", str(port),
               # In the arguments of this process alone, which no list of processes shows.
               "--token-password", token, *["--headless"] * (not browser), *["--skip-update-check"] * edit,
               "--", *(f"--{name}={value}" for name, value in given.items())]
    sys.argv[:] = command
    runpy.run_module("marimo", run_name="__main__")
