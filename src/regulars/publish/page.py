"""The page around the content: one file, its style and script inlined, nothing else admitted."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import minify_html
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from regulars.figures import day, short, written

HERE = Path(__file__).parent
_FONT_SLOT = "%font%"


@dataclass(frozen=True)
class Inlined:
    """A style or a script as it stands in the page, and the hash by which the policy admits it."""

    text: Markup
    hash: str


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates with escaping always on; an unknown name is an error, not an empty string."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": day,
        "count": lambda value: written(value, "count"),
        "brief": short,
        "full": written,
    }
    return made


@lru_cache(maxsize=1)
def style() -> Inlined:
    """The style sheet with its font inside."""
    font = base64.b64encode((HERE / "assets" / "inter.woff2").read_bytes()).decode("ascii")
    return _inlined(_asset("dashboard.css").replace(_FONT_SLOT, font))


@lru_cache(maxsize=1)
def script() -> Inlined:
    """The script: theme, sorting, the query in an open panel. The page is whole without it."""
    return _inlined(_asset("dashboard.js"))


@lru_cache(maxsize=1)
def fragment_style() -> Markup:
    """The little style that a fragment carries into a notebook."""
    return Markup(_asset("fragment.css"))  # noqa: S704 - our own file, no value of a study


@lru_cache(maxsize=1)
def version() -> str:
    """The version that made the page."""
    try:
        return metadata.version("regulars")
    except metadata.PackageNotFoundError:
        return "from source"


def lighter(page: str) -> str:
    """The same page in fewer bytes: without the end tags, quotes and spaces that HTML does not need.

    Style and script stay as they are, to the byte: the policy admits them by their hashes.
    """
    return minify_html.minify(page, keep_comments=False, minify_css=False, minify_js=False)


def frame() -> dict[str, object]:
    """What every page has around its content."""
    return {
        "policy": policy(), "style": style().text, "script": script().text, "version": version(),
    }  # fmt: skip


def policy() -> str:
    """The content security policy: no request of any kind, this style and this script alone."""
    return (
        f"default-src 'none'; style-src '{style().hash}'; script-src '{script().hash}'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return (HERE / "assets" / name).read_text(encoding="utf-8").strip()


def _inlined(text: str) -> Inlined:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    own = Markup(text)  # noqa: S704 - our own file, no value of a study
    return Inlined(own, "sha256-" + base64.b64encode(digest).decode("ascii"))
