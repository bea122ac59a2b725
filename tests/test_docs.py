"""The pages and the README: what a reader of their source sees."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
WIDEST = 120


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a page that are not code, displayed formulas, tables, or lines with a link."""
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        start = line.lstrip()
        if mark := next((mark for mark in ("```", "$$") if start.startswith(mark)), ""):
            closed_at_once = mark == "$$" and len(start) > 2 and start.endswith(mark)
            inside = "" if inside or closed_at_once else mark
        elif not inside and not start.startswith("|") and not re.search(r"\]\(|https?://", line):
            yield number, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_of_prose_are_short(page):
    """No line of prose is longer than 120 characters, so that differences and terminals show whole lines."""
    long = [f"{page.name}:{number}" for number, line in prose(page.read_text(encoding="utf-8")) if len(line) > WIDEST]
    assert long == []


def test_prose_is_told_from_code_formulas_tables_and_links():
    """What the check leaves out is what it says, and no more."""
    page = "a\n```sh\nb\n```\n$$\nc\n$$\nd\n| e |\n[f](g)\n$$h$$\ni\n"
    assert [line for _, line in prose(page)] == ["a", "d", "i"]
