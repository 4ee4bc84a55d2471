"""Takes the README's picture: the first screens of a dashboard, light and wide.

    python tools/picture.py regulars-demo/reports/<run-id>.html [docs/dashboard.png]

The picture holds at most 500 KB: it is taken at the sharpest scale that fits.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chromium import browser
from playwright.sync_api import Browser

WIDTH, HEIGHT = 1440, 1230
SCALES = (1.5, 1.25, 1.0)
LARGEST = 500_000


def picture(page_file: Path) -> bytes:
    """The picture as PNG."""
    with browser() as opened:
        for scale in SCALES:
            taken = _at_scale(opened, page_file, scale)
            if len(taken) <= LARGEST:
                return taken
    raise SystemExit(f"picture: over {LARGEST:,} bytes at every scale of {SCALES}")


def _at_scale(opened: Browser, page_file: Path, scale: float) -> bytes:
    page = opened.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=scale, color_scheme="light"
    )
    page.goto(page_file.resolve().as_uri())
    page.evaluate("document.fonts.ready")
    taken = page.screenshot(type="png")
    page.close()
    return taken


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(arguments[1] if len(arguments) == 2 else "docs/dashboard.png")
    taken = picture(Path(arguments[0]))
    target.write_bytes(taken)
    print(f"{target}: {len(taken):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
