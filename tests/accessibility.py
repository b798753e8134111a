"""What axe-core finds wrong with a page that is open in Chromium."""

from pathlib import Path

from playwright.sync_api import Page

from tests.require import require

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"


def add_axe(page: Page) -> None:
    """Brings axe-core into a page whose context bypasses the page's own policy."""
    if not AXE.is_file():
        require("axe-core (npm install)")
    page.add_script_tag(path=AXE)


def violations(page: Page) -> list[tuple[str, str]]:
    """The rule and the first element of each violation.

    They alone leave the browser: the whole answer names every element that is well, and costs more than the search.
    """
    found = page.evaluate("axe.run().then(answer => answer.violations)")
    return [(one["id"], one["nodes"][0]["html"]) for one in found]
