"""The words, signs and numbers that a condition is written with; anything else is refused where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

WORDS = {
    "and", "or", "not", "between", "is", "null", "unknown", "in", "top", "bottom", "by", "percent",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>'(?:[^']|'')*')|(?P<sign><>|<=|>=|=|<|>)|(?P<mark>[(),%*-])|(?P<space>[ \t\r\n]+)"
)
_QUOTES = "text stands in single quotes: 'North'"
_HINTS = {
    "!": "write <> for not equal", "'": "this quote is never closed; a quote within a text is written twice",
    '"': _QUOTES, "“": _QUOTES, "”": _QUOTES, "‘": _QUOTES, "’": _QUOTES, "&": "write and", "|": "write or",
}  # fmt: skip


class NotACondition(ValueError):
    """Text that is no condition: at which character, what was expected there and what was found."""


@dataclass(frozen=True)
class Token:
    kind: str
    """number, text, name, word, sign, mark or end."""
    text: str
    at: int
    """The place of its first character in the text, from 1."""


def tokens(text: str) -> Iterator[Token]:
    """The tokens from left to right, the end of the text last. Raises NotACondition."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            hint = f" ({_HINTS[text[at]]})" if text[at] in _HINTS else ""
            raise fault(Token("", "", at + 1), f"{text[at]!r} cannot stand in a condition{hint}")
        kind, said = str(found.lastgroup), found.group()
        if kind == "name" and said.lower() in WORDS:
            kind, said = "word", said.lower()
        if kind == "text":
            said = said[1:-1].replace("''", "'")
            if bad := control(said):
                raise fault(Token("", "", at + 1), f"a text with {bad!r} cannot be told from others by eye")
        if kind != "space":
            yield Token(kind, said, at + 1)
        at = found.end()
    yield Token("end", "", len(text) + 1)


def fault(token: Token, what: str) -> NotACondition:
    return NotACondition(f"at character {token.at}: {what}")


def control(text: str) -> str:
    """The first character that no screen shows and that not every engine can hold in a literal (a tab, a line
    end, half a surrogate pair), or an empty string."""
    return next((each for each in text if unicodedata.category(each) in ("Cc", "Cs")), "")
