"""Reading a condition: ``top 10 % by spend and not (orders = 1 or gap_days is null)`` into plain data.

::

    condition  = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" condition ")" | rank | number sign feature | feature test
    rank       = ( "top" | "bottom" ) number "%" "by" feature
    test       = sign number | [ "not" ] "between" number "and" number
               | [ "not" ] "in" "(" number { "," number } ")" | "is" [ "not" ] "null"
    sign       = "=" | "<>" | "<" | "<=" | ">" | ">="

Nothing else is a condition, so nothing else can become SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import cast

from regulars.errors import did_you_mean
from regulars.segment.condition_tokens import WORDS, NotACondition, Token, fault, tokens
from regulars.segment.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Condition,
    End,
    IsUnknown,
    Leaf,
    Not,
    OneOf,
    Ranked,
    Sign,
)  # fmt: skip

LONGEST = 2000
"""Characters in a condition: more than a person would check by eye."""
DEEPEST = 40
"""Parentheses and nots inside one another."""
DIGITS = 15
"""Digits of a number: two different numbers of up to 15 digits are different doubles too."""
EXACT_PLACES = 4
"""Decimals that exact features (money) are kept to; what has more can equal none of them."""

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def parse(text: str, features: Mapping[str, bool] | None = None) -> Condition:
    """The condition that the text says.

    ``features`` are those there are, each with whether it is exact (whole or decimal); None lets any name
    pass, for settings that are checked before there is data. Raises NotACondition.
    """
    if len(text) > LONGEST:
        raise NotACondition(f"it has {len(text):,} characters; at most {LONGEST:,} can be read")
    return _Parser(list(tokens(text)), features).whole()


class _Parser:
    """Recursive descent over the tokens: one method for each line of the grammar."""

    def __init__(self, read: list[Token], features: Mapping[str, bool] | None) -> None:
        self._tokens, self._features = read, features
        self._place = self._depth = 0

    def whole(self) -> Condition:
        condition = self._condition()
        if self._now.kind != "end":
            raise self._unexpected("and, or, or the end of the condition")
        return condition

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _condition(self) -> Condition:
        return self._joined("or", lambda: self._joined("and", self._one, AllOf), AnyOf)

    def _joined(
        self, word: str, read: Callable[[], Condition], join: Callable[[tuple[Condition, ...]], Condition]
    ) -> Condition:
        parts = [read()]
        while self._takes(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else join(tuple(parts))

    def _one(self) -> Condition:
        if self._takes("not"):
            return Not(self._deeper(self._one))
        if self._takes("("):
            inside = self._deeper(self._condition)
            self._needs(")")
            return inside
        if self._now.text in ("top", "bottom"):
            return self._rank()
        if self._now.kind == "number" or self._now.text == "-":
            return self._number_first()
        return self._test(self._feature("a feature, a number, not, top, bottom or '('"))

    def _deeper(self, read: Callable[[], Condition]) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise fault(self._now, f"more than {DEEPEST} levels inside one another")
        inside = read()
        self._depth -= 1
        return inside

    def _rank(self) -> Leaf:
        end, start = self._next().text, self._now
        percent = self._number()
        if not 0 < percent <= 100:
            raise fault(start, f"{end} {percent:f} % must be above 0 and at most 100")
        if not self._takes("percent"):
            self._needs("%")
        self._needs("by")
        feature = self._feature("a feature")
        return Ranked(cast("End", end), percent, feature, self._is_exact(feature))

    def _number_first(self) -> Leaf:
        start, number = self._now, self._number()
        sign = self._sign("a comparison (= <> < <= > >=)")
        feature = self._feature("a feature")
        self._fits(number, feature, start)
        return Compare(feature, cast("Sign", _FLIPPED.get(sign, sign)), number, self._is_exact(feature))

    def _test(self, feature: str) -> Condition:
        if self._now.kind == "sign":
            sign = cast("Sign", self._sign(""))
            return Compare(feature, sign, self._value(feature), self._is_exact(feature))
        if self._takes("is"):
            negated = self._takes("not")
            self._needs("null")
            return Not(IsUnknown(feature)) if negated else IsUnknown(feature)
        negated = self._takes("not")
        if self._takes("between"):
            found: Leaf = self._range(feature)
        elif self._takes("in"):
            found = self._list(feature)
        else:
            wanted = "between or in" if negated else "a comparison (= <> < <= > >=), between, in or is"
            raise self._unexpected(wanted)
        return Not(found) if negated else found

    def _range(self, feature: str) -> Between:
        start = self._now
        low = self._value(feature)
        self._needs("and")
        high = self._value(feature)
        if low > high:
            raise fault(start, f"between {low:f} and {high:f} holds for nobody: the lower comes first")
        return Between(feature, low, high, self._is_exact(feature))

    def _list(self, feature: str) -> OneOf:
        self._needs("(")
        values = [self._value(feature)]
        while self._takes(","):
            values.append(self._value(feature))
        self._needs(")")
        return OneOf(feature, tuple(values), self._is_exact(feature))

    # --- single tokens ---

    def _value(self, feature: str) -> Decimal:
        start = self._now
        number = self._number()
        self._fits(number, feature, start)
        return number

    def _number(self) -> Decimal:
        negative = self._takes("-")
        if self._now.kind != "number":
            raise self._unexpected("a number")
        token = self._next()
        if len(token.text.replace(".", "")) > DIGITS:
            raise fault(token, f"a number has at most {DIGITS} digits")
        number = Decimal(token.text)
        # Minus zero would be another text for the same number.
        return -number if negative and number else number

    def _fits(self, number: Decimal, feature: str, token: Token) -> None:
        places = -cast("int", number.as_tuple().exponent)
        if self._features and self._features.get(feature) and places > EXACT_PLACES:
            kept = f"{feature} is kept to {EXACT_PLACES} decimals"
            raise fault(token, f"{kept}; {number:f} has {places}")

    def _feature(self, wanted: str) -> str:
        if self._now.kind != "name":
            raise self._unexpected(wanted)
        token = self._next()
        if self._features is not None and token.text not in self._features:
            near = did_you_mean(token.text, list(self._features))
            raise fault(token, f"this data has no feature {_short(token.text)}.{near}".rstrip("."))
        return token.text

    def _is_exact(self, feature: str) -> bool:
        return self._features is None or self._features[feature]

    def _sign(self, wanted: str) -> str:
        if self._now.kind != "sign":
            raise self._unexpected(wanted)
        return self._next().text

    def _next(self) -> Token:
        token = self._now
        self._place += 1
        return token

    def _takes(self, text: str) -> bool:
        """Whether the next token is that word or mark; if so it is read."""
        if self._now.kind not in ("word", "mark") or self._now.text != text:
            return False
        self._place += 1
        return True

    def _needs(self, text: str) -> None:
        if not self._takes(text):
            raise self._unexpected(repr(text))

    def _unexpected(self, wanted: str) -> NotACondition:
        found = _short(self._now.text) if self._now.kind != "end" else "the end"
        near = did_you_mean(self._now.text, sorted(WORDS)) if len(self._now.text) > 2 else ""
        return fault(self._now, f"expected {wanted}, found {found}.{near}".rstrip("."))


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
