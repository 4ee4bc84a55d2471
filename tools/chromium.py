"""The one way in which this repository opens a browser: offline, headless, with an empty profile."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",  # a container has no user namespace to build one in; pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def where() -> str | None:
    """The path of the first Chromium that is installed, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser that is closed afterwards. Raises RuntimeError where there is none to open."""
    path = where()
    if path is None:
        raise RuntimeError(f"no Chromium here; looked for {', '.join(NAMES)}. Install chromium.")
    with sync_playwright() as playwright:
        # launch() makes a fresh profile in a temporary folder and removes it with the browser.
        opened = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield opened
        finally:
            opened.close()
