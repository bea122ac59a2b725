"""The command ``opsvd explore``: its options, and what it starts."""

import socket
import sys

import pytest

from opsvd.cli import main
from opsvd.explorer import server
from opsvd.explorer.server import NOTEBOOK


@pytest.fixture
def started(monkeypatch):
    """The arguments that marimo would be started with."""
    seen = []
    monkeypatch.setattr(server, "require", lambda *_: None)
    monkeypatch.setattr(server.runpy, "run_module", lambda *_, **__: seen.append(sys.argv[:]))
    monkeypatch.setattr(sys, "argv", ["opsvd"])
    return seen


def test_the_page_is_served_to_this_machine_with_a_token(started, capsys):
    """The server listens on 127.0.0.1, and the address that is printed has its port and token."""
    assert main(["explore", "sin(x*y)", "--no-browser"]) == 0
    (words,) = started
    assert words[words.index("--host") + 1] == "127.0.0.1"
    port, token = words[words.index("--port") + 1], words[words.index("--token-password") + 1]
    assert f"http://127.0.0.1:{port}/?access_token={token}" in capsys.readouterr().out
    assert len(token) >= 20
    assert "--headless" in words
    assert words[words.index("run") + 1] == str(NOTEBOOK)
    assert words[words.index("--") + 1:] == ["--formula=sin(x*y)", "--x=gaussian", "--y=gaussian", "--k=1"]


def test_every_page_has_a_token_of_its_own(started):
    """Tokens are drawn anew."""
    for _ in range(2):
        main(["explore", "--no-browser"])
    assert len({words[words.index("--token-password") + 1] for words in started}) == 2


def test_measures_say_how_long_vectors_are(started):
    """Without --k, k is the dimension of the measures; a formula that begins with a minus stands after --."""
    assert main(["explore", "--x", "sphere(3)", "--y", "sphere(3)", "--", "-x*y"]) == 0
    assert started[0][-4:] == ["--formula=-x*y", "--x=sphere(3)", "--y=sphere(3)", "--k=3"]
    assert "--headless" not in started[0]


def test_a_copy_is_edited(started, tmp_path):
    """The notebook of the package stays as it is; a copy that is there already does so, too."""
    copy = tmp_path / "mine.py"
    assert main(["explore", "--edit", str(copy)]) == 0
    assert copy.read_bytes() == NOTEBOOK.read_bytes()
    assert started[0][started[0].index("edit") + 1] == str(copy)
    copy.write_text("changed")
    assert main(["explore", "--edit", str(copy)]) == 0
    assert copy.read_text() == "changed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tnah(x*y)"], "perhaps 'tanh' is meant"),
        (["x*y", "--x", "gausian"], "gausian"),
        (["x*y", "--k", "0"], "k must be"),
        (["x*y", "--port", "-1"], "--port must be a free port"),
        (["--edit", "tanh(x*y)"], "--edit FILE must be a name that ends in .py"),
        (["x*y", "--pot", "1"], "--pot"),
    ],
)
def test_wrong_usage_is_one_line(arguments, message, started, capsys):
    """What cannot be is said in one line, with status 2, before anything is started."""
    with pytest.raises(SystemExit) as exit_:
        main(["explore", *arguments])
    err = capsys.readouterr().err
    assert (exit_.value.code, err.count("\n"), started) == (2, 1, [])
    assert message in err
    assert "opsvd explore --help shows more" in err


def test_a_port_in_use_is_refused(started, capsys):
    """The message names the port; marimo would take another without a word."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(SystemExit) as exit_:
        main(["explore", "--port", str(other.getsockname()[1])])
    assert (exit_.value.code, started) == (2, [])
    assert "--port must be a free port" in capsys.readouterr().err


def test_without_marimo_the_message_names_the_extra(monkeypatch, capsys):
    """The usual message of optional packages, as one line, with status 3."""
    monkeypatch.setitem(sys.modules, "marimo", None)
    with pytest.raises(SystemExit) as exit_:
        main(["explore", "--no-browser"])
    assert exit_.value.code == 3
    assert "pip install 'opsvd[explore]'" in capsys.readouterr().err
