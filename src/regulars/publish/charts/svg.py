"""SVG elements as escaped markup: the one place where a tag is put together."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | int | float | None


def element(tag: str, *inside: str, **attributes: Attribute) -> Markup:
    """One element. ``text_anchor`` becomes ``text-anchor`` and ``class_`` ``class``; None is left out.

    One with nothing inside closes itself: a page has some hundreds of them.
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), _value(value))
        for name, value in attributes.items()
        if value is not None
    )
    if not inside:
        return Markup("<{}{}/>").format(tag, written)
    return Markup("<{0}{1}>{2}</{0}>").format(tag, written, Markup("").join(map(escape, inside)))


def drawing(inside: Iterable[str], label: str, width: int, height: int, class_: str = "") -> Markup:
    """A drawing that scales, with its text alternative."""
    return element(
        "svg", *inside, class_=class_ or None, viewBox=f"0 0 {width} {height}", role="img", aria_label=label
    )


def strip(inside: Iterable[str], height: int | None, class_: str) -> Markup:
    """A bar that fills its cell: positions inside are percentages, so that it reflows and never scales text.

    Its class gives it its width in the style sheet, and its height where that is None. It is hidden from
    assistive technology, because the figure always stands beside it in text.
    """
    return element("svg", *inside, class_=class_, height=height, aria_hidden="true")


def percent(share: float) -> str:
    """A position or a length inside a strip."""
    return f"{_number(max(0.0, min(100.0, share)))}%"


def shortened(text: str, limit: int) -> str:
    """Text for a tight place; the table beneath has it in full."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _value(value: Attribute) -> str:
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
