"""A browser, for pages as people see them; the tests are skipped where playwright or Chromium are not installed."""

import shutil
from pathlib import Path

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items):
    """Mark all tests of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """Chromium as the system has it, without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the extra `browser`)")
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(CHROMIUM)} is installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def new_page(browser):
    """Opens pages at 1280 pixels; the `left_machine` of a page collects what it asks other machines for."""
    here = ("http://127.0.0.1:", "ws://127.0.0.1:", "file:", "data:", "blob:")

    def opened():
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.left_machine = []
        page.on("request", lambda request: None if request.url.startswith(here) else
                page.left_machine.append(request.url))
        return page

    return opened
