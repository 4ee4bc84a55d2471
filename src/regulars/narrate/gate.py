"""The gate before the wire: what may be sent to a model, looked at as it lies on the wire.

A prompt is made of files (the prompts, the words for statements, a house's voice and examples) and of words
that a model wrote before. Facts reach it as statements without figures, and customers not at all. So the gate
does not look through a million ids for each request; it holds where the words come from:

- No figure passes that does not stand in those files. A cell of ten customers or fewer, an amount, a day and
  a customer's id with a digit in it are figures, however many there are and whatever they look like.
- No name of a segment, category or product passes, unless it is a word of those files.
- Nothing passes that reads as personal data or a key, wherever it is from, the files included.
- What cannot be read does not pass.

A note of an interview is quoted by giving it as one of the texts: its figures pass, its personal data do not.
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from regulars.check.personal import Known, personal
from regulars.check.personal.plain import plain
from regulars.errors import NotSent
from regulars.narrate.providers.transport import Gate, Outgoing

log = logging.getLogger("regulars.narrate")
log.addHandler(logging.NullHandler())  # nothing is printed unless a program sets up logging
MOST_BYTES = 250_000
"""A prompt has a few thousand; more is no prompt of ours."""
_FIGURE = re.compile(r"\w*\d\w*")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_REMEDIES = {
    "unreadable": "This is a fault of the program: it sends JSON, in UTF-8, and nothing else.",
    "too_large": "Shorten your own prompts, voice and examples.",
    "figure": "Take figures out of what is sent: the program writes them, from the facts.",
    "name": "Take names of segments, categories and products out: the program puts them back.",
}
_TAKE_OUT = "Take it out of your own prompts, voice, examples or note."


def gate(
    *,
    texts: Iterable[str] = (),
    names: Iterable[str] = (),
    identifiers: Collection[str] | Known = (),
    country: str | None = None,
) -> Gate:
    """What looks at each request before it is sent, and raises NotSent where it must not be.

    ``texts``: all that prompts are made of; figures and names in them may be sent. ``names``: what customers'
    data call segments, categories and products. ``identifiers`` and ``country`` as in :func:`personal`.
    Host, size and digest of what passes are logged (``regulars.narrate``), and the kinds of what does not;
    never a word of it. No value that is looked for shows itself in a traceback.
    """
    own = [plain(each).text for each in texts]
    figures = Known(figure for text in own for figure in _figures(text))
    held, customers = Known(names).but_for(own), _known(identifiers)

    def looked_at(outgoing: Outgoing) -> None:
        found = Counter(_found(outgoing, figures, held, customers, country))
        where = f"{outgoing.host}: {len(outgoing.body)} bytes, sha256 {outgoing.digest}"
        if found:
            told = ", ".join(f"{count} {kind}" for kind, count in found.items())
            log.warning("not sent to %s: %s", where, told)
            raise _not_sent(outgoing.host, next(iter(found)), told)
        log.info("sent to %s", where)

    return looked_at


def _known(identifiers: Collection[str] | Known) -> Known:
    return identifiers if isinstance(identifiers, Known) else Known(identifiers)


def _not_sent(host: str, kind: str, told: str) -> NotSent:
    return NotSent(
        f"a request to {host}",
        kind,
        f"what may not be sent stands in it ({told})",
        _REMEDIES.get(kind, _TAKE_OUT),
    )


def _found(
    outgoing: Outgoing, figures: Known, names: Known, identifiers: Known, country: str | None
) -> Iterator[str]:
    """The kind of each thing that may not be sent."""
    if len(outgoing.body) > MOST_BYTES:
        yield "too_large"
        return
    try:
        strings, numbers = _decoded(outgoing.body)
    except (ValueError, RecursionError):
        yield "unreadable"
        return
    for text in (*strings, *numbers, outgoing.path):
        hits = (personal(each, identifiers=identifiers, country=country) for each in _readings(text))
        yield from (hit.kind for hit in next(filter(None, hits), ()))
    for text in strings:
        read = plain(text).text
        yield from ("figure" for figure in _figures(read) if not any(figures.spans(figure)))
        yield from ("name" for _ in names.spans(read))


def _decoded(body: bytes) -> tuple[list[str], list[str]]:
    """All strings of a body, names of fields too, and what is looked through for personal data alone: its
    numbers, which are settings, and the name of the model.

    Raises ValueError where it is no JSON object; fields of one name are all read.
    """
    strings: list[str] = []
    numbers: list[str] = []

    def read(value: Any) -> None:
        match value:
            case str():
                strings.append(value)
            case list():
                for each in value:
                    read(each)
            case tuple():
                for name, each in value:
                    strings.append(name)
                    read(each)
            case int() | float() if not isinstance(value, bool):
                numbers.append(str(value))

    if body:
        whole = json.loads(body.decode("utf-8"), object_pairs_hook=tuple, parse_constant=_refused)
        if not isinstance(whole, tuple):
            raise ValueError("not an object")
        read(tuple(pair for pair in whole if pair[0] != "model"))
        numbers += [str(value) for name, value in whole if name == "model"]
    return strings, numbers


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _readings(text: str) -> Iterable[str]:
    """The text, and what stands in it once escapes within it are undone."""
    unescaped = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return dict.fromkeys((text, unescaped, html.unescape(text), unquote(text)))


def _figures(text: str) -> Iterator[str]:
    return (found[0].casefold() for found in _FIGURE.finditer(text))
