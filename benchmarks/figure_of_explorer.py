"""What does `opsvd explore` look like? Writes docs/figures/explore.png and explore_top.png, as Chromium shows the page.

    python benchmarks/figure_of_explorer.py [--width 1280] [--out docs/figures] [KERNEL]

Needs the extras `explore` and `browser`, and an installed Chromium.
"""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

FIGURES = Path(__file__).parents[1] / "docs" / "figures"


def picture(address: str, width: int, out: Path) -> None:
    """Open the page, wait for its last figure, and save all of it, and its top to the end of the first figures."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        for _ in range(100):
            try:
                page.goto(address)
                break
            except Error:    # the server does not listen yet
                time.sleep(0.1)
        page.wait_for_selector("img[alt^='Effective rank']", timeout=120_000)
        page.set_viewport_size({"width": width, "height": 6000})    # more than the page takes, so that nothing scrolls
        page.wait_for_timeout(1500)    # fonts, and the end of fading in
        for name, end in (("explore", page.get_by_text("Python code that computes all of this")),
                          ("explore_top", page.locator("figure").first)):
            place = end.bounding_box()
            clip = {"x": 0, "y": 0, "width": width, "height": int(place["y"] + place["height"]) + 10}
            page.screenshot(path=out / f"{name}.png", clip=clip)
        browser.close()


def main() -> None:
    """Start the server, take the picture, end the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kernel", nargs="?", default="max(x, y)")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--out", type=Path, default=FIGURES)
    args = parser.parse_args()
    server = subprocess.Popen([sys.executable, "-m", "opsvd", "explore", args.kernel, "--no-browser"],  # noqa: S603
                              stdout=subprocess.PIPE, text=True)
    try:
        address = re.search(r"http://\S+", server.stdout.readline())[0]
        picture(address, args.width, args.out)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
    print(f"wrote {args.out}/explore.png and explore_top.png")


if __name__ == "__main__":
    main()
