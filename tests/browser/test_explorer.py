"""``opsvd explore`` in a browser: a formula is typed, and figures appear; a bad one, and the message appears."""

import re
import signal
import subprocess
import sys

import pytest

from opsvd.explorer.server import NOTEBOOK

# Starts the command line, and says on stdout to which other machines it connects.
COMMAND = """\
import sys

def watch(event, args):
    if event == "socket.getaddrinfo" and args[0] not in (None, "127.0.0.1", "localhost"):
        print("ASKED FOR", args[0], flush=True)
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] not in ("127.0.0.1", "::1"):
        print("CONNECTED TO", args[1], flush=True)

sys.addaudithook(watch)
from opsvd.cli import main
sys.exit(main(["explore", "sin(x*y)", "--no-browser"]))
"""

@pytest.fixture(scope="module")
def address():
    """The address of a running page; its server ends on Ctrl-C, and has asked no other machine for anything."""
    pytest.importorskip("marimo", reason="marimo is not installed (the extra `explore`)")
    process = subprocess.Popen([sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True)
    first = process.stdout.readline()
    yield re.search(r"http://127\.0\.0\.1:\d+/\?access_token=\S+", first)[0]
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0
    assert not re.search("Traceback|ASKED FOR|CONNECTED TO", rest)


@pytest.fixture(scope="module")
def explorer(new_page, address):
    """The page; the server may not listen at once."""
    page = new_page()
    for _ in range(100):
        try:
            page.goto(address)
            break
        except Exception as error:    # of playwright, which need not be installed
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            page.wait_for_timeout(100)
    wait_for_all_figures(page, "sin(x*y)")
    return page


def wait_for_all_figures(page, formula):
    """Wait until the last figure is of a formula."""
    page.wait_for_selector(f'img[alt="Effective rank of random matrices of {formula} against their size"]',
                           timeout=60_000)


def typed(page, text, field=0):
    """Type into one of the fields, the formula and the two measures, and press Enter."""
    page.locator("marimo-text input").nth(field).fill(text)
    page.locator("marimo-text input").nth(field).press("Enter")


def test_a_formula_is_typed_and_figures_appear(explorer):
    """The page begins with the formula of the command line; a new one has its own values, all figures, and its code."""
    typed(explorer, "sin(x*y)")
    wait_for_all_figures(explorer, "sin(x*y)")
    assert explorer.get_by_text("0.485868271").first.is_visible()    # sqrt(1 - r^2) r, r = (sqrt(5) - 1) / 2
    typed(explorer, "x*y + 2*y")
    wait_for_all_figures(explorer, "x*y + 2*y")
    assert explorer.get_by_text("2.2360679").first.is_visible()    # the norm of y (x + 2) is sqrt(5)
    images = explorer.locator("figure img")
    assert images.count() == 5
    assert images.evaluate_all("images => images.every(image => image.naturalWidth > 100)") is True
    explorer.get_by_text("Python code that computes all of this").click()
    explorer.locator(".cm-content", has_text="opsvd.parse_kernel('x*y + 2*y')").wait_for()
    explorer.get_by_text("Python code that computes all of this").click()


@pytest.mark.parametrize(("formula", "message"), [
    ("tnah(x*y)", "perhaps 'tanh' is meant"),
    ("exp(x*y)", "h must be square-integrable"),
    ("os:system", "must not have a colon"),
])
def test_a_bad_formula_gives_the_message(explorer, formula, message):
    """The message stands on the page, in place of figures, and nobody sees a traceback."""
    typed(explorer, formula)
    explorer.locator("[role=alert]", has_text=message).wait_for(timeout=60_000)
    explorer.wait_for_function("document.querySelectorAll('figure').length === 0")
    assert "Traceback" not in explorer.inner_text("body")


def test_a_bad_measure_gives_the_message(explorer):
    """So does a measure that does not exist; with one that does, the page goes on."""
    typed(explorer, "x - y")
    typed(explorer, "gausian", field=1)
    explorer.locator("[role=alert]", has_text="perhaps 'gaussian' is meant").wait_for(timeout=60_000)
    typed(explorer, "gaussian", field=1)
    wait_for_all_figures(explorer, "x - y")


def test_the_page_fits_a_telephone(explorer):
    """At 400 pixels nothing is wider than the window."""
    size = explorer.viewport_size
    explorer.set_viewport_size({"width": 400, "height": 800})
    typed(explorer, "x + y")
    wait_for_all_figures(explorer, "x + y")
    assert explorer.evaluate("document.documentElement.scrollWidth") <= 400
    explorer.set_viewport_size(size)


def test_nothing_leaves_the_machine(explorer):
    """The browser has asked no other machine for anything; the end of `address` looks at the server."""
    assert explorer.left_machine == []


def test_strangers_are_refused(explorer, address):
    """Without the token there is a question for it, and no page."""
    context = explorer.context.browser.new_context()
    stranger = context.new_page()
    stranger.goto(address.split("?")[0])
    assert stranger.locator("input[type=password]").count() == 1
    assert stranger.locator("marimo-text").count() == 0
    context.close()


def test_the_notebook_is_one_of_marimo():
    """No name is defined by two cells, and cells make no circle."""
    pytest.importorskip("marimo", reason="marimo is not installed (the extra `explore`)")
    assert subprocess.run([sys.executable, "-m", "marimo", "check", str(NOTEBOOK)], check=False).returncode == 0
