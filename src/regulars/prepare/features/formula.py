"""Formulas over features: ``(spend - category_spend) / max(orders, 1)`` read into a tree, written as SQL.

::

    formula  = product { ( "+" | "-" ) product }
    product  = signed { ( "*" | "/" ) signed }
    signed   = "-" signed | number | feature | "(" formula ")" | function
    function = ( "min" | "max" ) "(" formula "," formula ")" | ( "abs" | "ln1p" ) "(" formula ")"

Nothing else is a formula, so nothing else can become SQL. What is made of an unknown value is unknown, and so
is a division by zero and ln1p (the natural logarithm of 1 + x) of -1 or less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from regulars.engine import literal
from regulars.errors import did_you_mean

LONGEST = 300
"""Characters in a formula: more than a person would check by eye."""
DEEPEST = 12
"""Parentheses, signs and functions inside one another."""
DEEPEST_CALLS = 3
"""Functions inside one another; each stands for its arguments up to three times in the SQL."""
MOST_PRODUCTS = 8
"""Multiplications and divisions: nine factors of any feature's size are within what a double holds."""
DIGITS = 15
"""Digits of a number: as many as every double holds."""
FUNCTIONS = {"min": 2, "max": 2, "abs": 1, "ln1p": 1}
"""How many values each takes."""

_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>[-+*/(),])|(?P<space>[ \t\r\n]+)"
)
_BINARY: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}

ColumnOf = Callable[[str], exp.Expr]


class NotAFormula(ValueError):
    """Text that is no formula: at which character, what was expected there and what was found."""


@dataclass(frozen=True)
class Part:
    """A piece of a formula: a number, a feature, or an operation (sign or function) on other parts."""

    said: str
    parts: tuple[Part, ...] = ()

    def walk(self) -> Iterator[Part]:
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def is_feature(self) -> bool:
        return not self.parts and not self.is_number

    @property
    def is_number(self) -> bool:
        return self.said[0] in ".0123456789"

    @property
    def calls(self) -> int:
        """Functions inside one another, at most."""
        return (self.said in FUNCTIONS) + max((part.calls for part in self.parts), default=0)


@dataclass(frozen=True)
class Formula:
    """A formula that was read. ``text`` is its one spelling: single spaces, parentheses as written."""

    text: str
    root: Part

    @property
    def features(self) -> tuple[str, ...]:
        """The features that it is made of, each once, from left to right."""
        return tuple(dict.fromkeys(part.said for part in self.root.walk() if part.is_feature))

    def sql(self, column: ColumnOf) -> exp.Expr:
        """The value as a double, rounded half up to six decimals; ``column`` gives that of a feature."""
        return millionths(_sql(self.root, column))


def millionths(value: exp.Expr) -> exp.Expr:
    """A double rounded half up to six decimals, as every engine does it alike."""
    scaled = exp.Mul(this=exp.paren(value), expression=literal(1_000_000))
    up = exp.Floor(this=exp.Add(this=scaled, expression=literal(Decimal("0.5"))))
    return exp.Div(this=up, expression=literal(1_000_000), typed=True)


def parse(text: str, offered: Collection[str]) -> Formula:
    """The formula that the text says, over the features that are offered. Raises NotAFormula."""
    if len(text) > LONGEST:
        raise NotAFormula(f"it has {len(text):,} characters; at most {LONGEST} can be read")
    read = list(_tokens(text))
    root = _Parser(read, offered).whole()
    products = sum(len(part.parts) == 2 and part.said in "*/" for part in root.walk())
    if products > MOST_PRODUCTS:
        raise NotAFormula(f"it multiplies and divides {products} times; at most {MOST_PRODUCTS} can be")
    if root.calls > DEEPEST_CALLS:
        raise NotAFormula(f"it has {root.calls} functions inside one another; at most {DEEPEST_CALLS} can be")
    formula = Formula(_spelt([token.text for token in read[:-1]]), root)
    if not formula.features:
        raise NotAFormula("it names no feature, so it would be the same for every customer")
    return formula


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Token:
    kind: str
    """number, name, sign or end."""
    text: str
    at: int
    """The place of its first character in the text, from 1."""


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _fault(_Token("", "", at + 1), f"{text[at]!r} cannot stand in a formula")
        if found.lastgroup != "space":
            yield _Token(str(found.lastgroup), found.group(), at + 1)
        at = found.end()
    yield _Token("end", "", len(text) + 1)


class _Parser:
    """Recursive descent over the tokens: one method for each line of the grammar."""

    def __init__(self, read: list[_Token], offered: Collection[str]) -> None:
        self._tokens, self._offered = read, offered
        self._place = self._depth = 0

    def whole(self) -> Part:
        root = self._formula()
        if self._now.kind != "end":
            raise self._unexpected("an operation (+ - * /) or the end of the formula")
        return root

    @property
    def _now(self) -> _Token:
        return self._tokens[self._place]

    def _formula(self) -> Part:
        return self._joined("+-", lambda: self._joined("*/", self._signed))

    def _joined(self, signs: str, read: Callable[[], Part]) -> Part:
        left = read()
        while self._now.kind == "sign" and self._now.text in signs:
            sign = self._next().text
            left = Part(sign, (left, read()))
        return left

    def _signed(self) -> Part:
        if self._now.kind == "number":
            return self._number()
        if self._now.kind == "name":
            return self._named()
        if self._takes("-"):
            return Part("-", (self._deeper(self._signed),))
        if self._takes("("):
            inside = self._deeper(self._formula)
            self._needs(")")
            return inside
        raise self._unexpected("a feature, a number, a function or '('")

    def _number(self) -> Part:
        token = self._next()
        if len(token.text.replace(".", "")) > DIGITS:
            raise _fault(token, f"a number has at most {DIGITS} digits")
        return Part(token.text)

    def _named(self) -> Part:
        token = self._next()
        if self._now.text == "(":
            return self._function(token)
        if token.text not in self._offered:
            near = did_you_mean(token.text, list(self._offered))
            raise _fault(token, f"there is no feature {_short(token.text)}.{near}".rstrip("."))
        return Part(token.text)

    def _function(self, name: _Token) -> Part:
        if name.text not in FUNCTIONS:
            known = f"there are {', '.join(FUNCTIONS)}"
            raise _fault(name, f"there is no function {_short(name.text)}; {known}")
        self._needs("(")
        inside = [self._deeper(self._formula)]
        while self._takes(","):
            inside.append(self._deeper(self._formula))
        self._needs(")")
        takes = FUNCTIONS[name.text]
        if len(inside) != takes:
            wanted = f"{takes} values" if takes > 1 else "one value"
            raise _fault(name, f"{name.text} takes {wanted}, not {len(inside)}")
        return Part(name.text, tuple(inside))

    def _deeper(self, read: Callable[[], Part]) -> Part:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _fault(self._now, f"more than {DEEPEST} levels inside one another")
        inside = read()
        self._depth -= 1
        return inside

    def _next(self) -> _Token:
        token = self._now
        self._place += 1
        return token

    def _takes(self, text: str) -> bool:
        if self._now.text != text:
            return False
        self._place += 1
        return True

    def _needs(self, text: str) -> None:
        if not self._takes(text):
            raise self._unexpected(repr(text))

    def _unexpected(self, wanted: str) -> NotAFormula:
        found = _short(self._now.text) if self._now.kind != "end" else "the end"
        return _fault(self._now, f"expected {wanted}, found {found}")


def _fault(token: _Token, what: str) -> NotAFormula:
    return NotAFormula(f"at character {token.at}: {what}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def _spelt(tokens: list[str]) -> str:
    """One spelling whatever the spaces: "a/(b-1)" and "a / (b - 1)" are the same formula."""
    spaced = " ".join(tokens).replace("( ", "(").replace(" )", ")").replace(" ,", ",")
    return re.sub(r"\b(min|max|abs|ln1p) \(", r"\1(", spaced)


# --- writing --------------------------------------------------------------------------------------


def _sql(part: Part, column: ColumnOf) -> exp.Expr:
    """The part as a double, without rounding; unknown where any of its inputs is."""
    if part.is_number:
        return exp.cast(literal(Decimal(part.said)), "double")
    if part.is_feature:
        return exp.cast(column(part.said), "double")
    inside = [_sql(each, column) for each in part.parts]
    if part.said in FUNCTIONS:
        return _CALLS[part.said](*inside)
    if len(inside) == 1:
        return exp.paren(exp.Neg(this=exp.paren(inside[0])))
    left, right = inside
    if part.said == "/":
        zero = exp.cast(literal(0), "double")
        return exp.paren(exp.Div(this=left, expression=exp.Nullif(this=right, expression=zero), typed=True))
    return exp.paren(_BINARY[part.said](this=left, expression=right))


def _smaller(a: exp.Expr, b: exp.Expr) -> exp.Expr:
    # Not LEAST: of one unknown and one known value, engines give the one or the other.
    return _first(exp.LTE, a, b)


def _larger(a: exp.Expr, b: exp.Expr) -> exp.Expr:
    return _first(exp.GTE, a, b)


def _first(holds: type[exp.Binary], a: exp.Expr, b: exp.Expr) -> exp.Expr:
    """``a`` where it holds against ``b``, else ``b``; unknown where either is."""
    a_first = holds(this=a.copy(), expression=b.copy())
    return exp.Case().when(a_first, a.copy()).when(exp.not_(a_first.copy()), b.copy())


def _ln1p(x: exp.Expr) -> exp.Expr:
    one, below = exp.cast(literal(1), "double"), exp.cast(literal(-1), "double")
    log = exp.Ln(this=exp.Add(this=one, expression=x.copy()))
    return exp.Case().when(exp.GT(this=x.copy(), expression=below), log)


_CALLS: dict[str, Callable[..., exp.Expr]] = {
    "min": _smaller,
    "max": _larger,
    "abs": lambda x: exp.Abs(this=x),
    "ln1p": _ln1p,
}
