"""Holds the docs to what exists: links, anchors, paths and make targets named in Markdown.

Exit 0 where all of them are there; 1 with one line a fault.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
HEADING = re.compile(r"^#+ +(.+?) *#*$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:src|docs|tests|tools|requirements)/[\w./-]*")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The anchors that a Markdown viewer gives the headings."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(FENCE.sub("", text)))
    return {each.strip().replace(" ", "-") for each in kept}


def faults(page: Path, targets: set[str]) -> list[str]:
    """What the page names and what is not there, each with its line."""
    text = page.read_text("utf-8")
    found = []

    def report(at: int, what: str) -> None:
        found.append(f"{page.relative_to(REPOSITORY)}:{text.count(chr(10), 0, at) + 1}: {what}")

    for link in LINK.finditer(text):
        path, _, anchor = link[1].partition("#")
        if ":" in path:
            continue
        target = page.parent / path if path else page
        if not target.exists():
            report(link.start(), f"no file {link[1]!r}")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8")):
            report(link.start(), f"no heading for {link[1]!r}")
    for code in CODE.finditer(text):
        if PATH.fullmatch(code[1]) and not (REPOSITORY / code[1]).exists():
            report(code.start(), f"no path {code[1]!r}")
        if code[1].startswith("make ") and code[1].split()[1] not in targets:
            report(code.start(), f"no target {code[1]!r}")
    return found


def main() -> int:
    pages = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")])
    targets = set(TARGET.findall((REPOSITORY / "Makefile").read_text("utf-8")))
    found = [fault for page in pages for fault in faults(page, targets)]
    print("\n".join(found) if found else f"docs: {len(pages)} pages name nothing that is not there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
