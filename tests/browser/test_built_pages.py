"""The built documentation, as Chromium shows it from a directory, without a network."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from urllib.request import url2pathname

import pytest

HTML = Path(__file__).parents[2] / "docs" / "_build" / "html"
WIDTHS = (1280, 400)

# Waits for the formulas; then the visible text but that of code and of formulas, formulas that cannot be read, links,
# and names of places to which links may lead.
LOOK = r"""async () => {
    if (window.MathJax?.startup) await window.MathJax.startup.promise;
    const body = document.body.cloneNode(true);
    body.querySelectorAll("pre, code, script, style, mjx-container, textarea").forEach(node => node.remove());
    return {
        text: body.textContent,
        broken: [...document.querySelectorAll("[data-mml-node=merror]")].map(node => node.textContent),
        links: [...document.querySelectorAll("a[href]")].map(node => node.href),
        places: [...document.querySelectorAll("[id], a[name]")].map(node => node.id || node.name),
    };
}"""

# The width of the page, and the height of the bar at its top.
SIZES = """() => [document.documentElement.scrollWidth,
                  document.querySelector(".bd-header")?.getBoundingClientRect().height ?? 0]"""


@dataclass
class Seen:
    """What a page shows, and at each width of the window how wide it is, and how high its bar."""

    text: str
    broken: list[str]
    links: list[str]
    places: list[str]
    widths: dict[int, int] = field(default_factory=dict)
    bars: dict[int, float] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def pages(new_page):
    """All pages, by their names, and what they asked other machines for."""
    files = sorted(file for file in HTML.rglob("*.html") if "_static" not in file.parts)
    if not files:
        pytest.skip("the pages are not built: run sphinx-build -b html docs docs/_build/html")
    page, seen, missing = new_page(), {}, []
    page.on("requestfailed", lambda request: missing.append(request.url))
    for file in files:
        page.goto(file.as_uri())
        found = Seen(**page.evaluate(LOOK))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found.widths[width], found.bars[width] = page.evaluate(SIZES)
        found.missing, missing[:] = missing[:], []
        seen[file.relative_to(HTML).as_posix()] = found
    yield seen
    assert page.left_machine == []
    page.close()


def test_no_request_leaves_the_machine(pages):
    """Scripts, fonts and pictures lie beside the pages; the end of `pages` looks at requests to other machines."""
    assert {name: page.missing for name, page in pages.items() if page.missing} == {}


def test_formulas_are_set(pages):
    """No TeX is left in the text, and all of it can be read."""
    raw = {name: mark for name, page in pages.items() for mark in ("$$", r"\(", r"\[", r"\mathbb", r"\sum", r"\frac")
           if mark in page.text}
    assert raw == {}
    assert {name: page.broken for name, page in pages.items() if page.broken} == {}


def test_links_lead_somewhere(pages):
    """The file of a link exists, and the place in it, if it names one."""
    wrong = set()
    for name, page in pages.items():
        for link in page.links:
            address, place = urldefrag(link)
            if not address.startswith("file:"):
                continue
            file = Path(url2pathname(urlsplit(address).path))
            if not file.is_file():
                wrong.add((name, link))
                continue
            target = pages.get(file.relative_to(HTML).as_posix())
            if place and target is not None and unquote(place) not in target.places:
                wrong.add((name, link))
    assert wrong == set()


def test_the_bar_is_one_row(pages):
    """At 1280 pixels all groups of pages and the search stand in one row, of 80 pixels; a second one has 34 more."""
    assert {name: page.bars[1280] for name, page in pages.items() if page.bars[1280] > 100.0} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(pages, width):
    """Tables, code and formulas that are wider scroll by themselves."""
    assert {name: page.widths[width] for name, page in pages.items() if page.widths[width] > width} == {}
