"""Reading a page as a browser would, with nothing but the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

APART = {"td", "th", "tr", "caption", "p", "li", "dt", "dd", "summary", "h1", "h2", "h3", "h4"}
"""What stands apart on the page stands apart in its text."""


@dataclass
class Page(HTMLParser):
    """What a page holds: its text without style and script, its elements with their attributes."""

    text: str = ""
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    style: str = ""
    script: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("style", "script"):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""
        if tag in APART:
            self.text += " "

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.style += data
        elif self._inside == "script":
            self.script += data
        else:
            self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def having(self, attribute: str) -> list[str]:
        return [each[attribute] or "" for _, each in self.elements if attribute in each]

    def tags(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for each, attributes in self.elements if each == tag]


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page
