"""Reading a condition: ``top 10 % by spend and not (orders = 1 or gap_days is null)`` into plain data.

::

    condition  = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" condition ")" | rank | number sign feature | feature test
    rank       = ( "top" | "bottom" ) number "%" "by" feature
    test       = sign value | sign [ number "*" ] feature | [ "not" ] "between" number "and" number
               | [ "not" ] "in" "(" value { "," value } ")" | "is" [ "not" ] ( "null" | "unknown" )
    value      = number | "'" text "'"
    sign       = "=" | "<>" | "<" | "<=" | ">" | ">="

A feature that is text takes texts, with ``=``, ``<>`` and ``in`` alone; one that is a number takes numbers.
Nothing else is a condition, so nothing else can become SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Literal, cast, get_args

from regulars.errors import did_you_mean
from regulars.segment.rules.condition_tokens import WORDS, NotACondition, Token, fault, tokens
from regulars.segment.rules.condition_words import in_quotes
from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    CompareFeatures,
    CompareText,
    Condition,
    End,
    Equality,
    IsUnknown,
    Leaf,
    Not,
    OneOf,
    OneOfTexts,
    Ranked,
    Sign,
)  # fmt: skip

Kind = Literal["exact", "double", "text"]
"""A whole number or decimal, a double, or text."""
LONGEST = 2000
"""Characters in a condition: more than a person would check by eye."""
DEEPEST = 40
"""Parentheses and nots inside one another."""
DIGITS = 15
"""Digits of a number: two different numbers of up to 15 digits are different doubles too."""
EXACT_PLACES = 4
"""Decimals that exact features (money) are kept to; what has more can equal none of them."""
LARGEST_FACTOR = 1_000_000
"""Of a feature against a multiple of another: far from where a double could overflow."""
_EQUALITY = get_args(Equality)

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def parse(text: str, features: Mapping[str, Kind] | None = None) -> Condition:
    """The condition that the text says.

    ``features`` are those there are, each with its kind; None lets any name pass and take any value, for
    settings that are checked before there is data. Raises NotACondition.
    """
    if len(text) > LONGEST:
        raise NotACondition(f"it has {len(text):,} characters; at most {LONGEST:,} can be read")
    return _Parser(list(tokens(text)), features).whole()


class _Parser:
    """Recursive descent over the tokens: one method for each line of the grammar."""

    def __init__(self, read: list[Token], features: Mapping[str, Kind] | None) -> None:
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
        if self._now.kind == "word" and self._now.text in ("top", "bottom"):
            return self._rank()
        if self._now.kind == "number" or self._is_now("-"):
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
        feature = self._numeric_feature("text has no order to rank by")
        return Ranked(cast("End", end), percent, feature, self._is_exact(feature))

    def _number_first(self) -> Leaf:
        start, number = self._now, self._number()
        if self._is_now("*"):
            raise fault(self._now, "the feature alone comes first: recency_days > 2 * gap_days")
        sign = self._sign("a comparison (= <> < <= > >=)")
        feature = self._numeric_feature("text is compared with text in quotes")
        self._fits(number, feature, start)
        return Compare(feature, cast("Sign", _FLIPPED.get(sign, sign)), number, self._is_exact(feature))

    def _test(self, feature: str) -> Condition:
        if self._now.kind == "sign":
            return self._compared(feature)
        if self._takes("is"):
            negated = self._takes("not")
            if not self._takes("unknown"):
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

    def _compared(self, feature: str) -> Condition:
        start, sign = self._now, cast("Sign", self._sign(""))
        if self._now.kind == "text" or self._is_text(feature):
            text = self._text(feature)
            if sign not in _EQUALITY:
                raise fault(start, f"{feature} is text and has no order: compare it with = or <>")
            return CompareText(feature, cast("Equality", sign), text)
        if self._now.kind == "name":
            return self._other(feature, sign, Decimal(1))
        number_at = self._now
        value = self._number("a number, a text in quotes or a feature")
        if self._takes("*"):
            if not 0 < value <= LARGEST_FACTOR or _places(value) > EXACT_PLACES:
                said = f"above 0 and at most {LARGEST_FACTOR:,}, with at most {EXACT_PLACES} decimals"
                raise fault(number_at, f"the factor of a feature is {said}")
            return self._other(feature, sign, value)
        self._fits(value, feature, number_at)
        return Compare(feature, sign, value, self._is_exact(feature))

    def _other(self, feature: str, sign: Sign, factor: Decimal) -> CompareFeatures:
        other = self._numeric_feature("a number is compared with numbers")
        exact = factor == 1 and self._is_exact(feature) and self._is_exact(other)
        return CompareFeatures(feature, sign, other, factor, exact)

    def _range(self, feature: str) -> Between:
        start = self._now
        if self._is_text(feature):
            raise fault(start, f"{feature} is text and has no order: list its values with in (…)")
        low = self._value(feature)
        self._needs("and")
        high = self._value(feature)
        if low > high:
            raise fault(start, f"between {low:f} and {high:f} holds for nobody: the lower comes first")
        return Between(feature, low, high, self._is_exact(feature))

    def _list(self, feature: str) -> OneOf | OneOfTexts:
        self._needs("(")
        if self._now.kind == "text" or self._is_text(feature):
            texts = [self._text(feature)]
            while self._takes(","):
                texts.append(self._text(feature))
            self._needs(")")
            return OneOfTexts(feature, tuple(texts))
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

    def _text(self, feature: str) -> str:
        if self._features and not self._is_text(feature):
            raise fault(self._now, f"{feature} is a number; {in_quotes(_cut(self._now.text))} is text")
        if self._now.kind != "text":
            offer = (
                f" (write it in quotes: '{self._now.text}')" if self._now.kind in ("number", "name") else ""
            )
            raise fault(
                self._now, f"{feature} is text; expected a text in quotes, found {self._found}{offer}"
            )
        return self._next().text

    def _number(self, wanted: str = "a number") -> Decimal:
        negative = self._takes("-")
        if self._now.kind != "number":
            raise self._unexpected("a number" if negative else wanted)
        token = self._next()
        if len(token.text.replace(".", "")) > DIGITS:
            raise fault(token, f"a number has at most {DIGITS} digits")
        number = Decimal(token.text)
        # Minus zero would be another text for the same number.
        return -number if negative and number else number

    def _fits(self, number: Decimal, feature: str, token: Token) -> None:
        places = _places(number)
        if self._features and self._features[feature] == "exact" and places > EXACT_PLACES:
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

    def _numeric_feature(self, why: str) -> str:
        token, feature = self._now, self._feature("a feature")
        if self._is_text(feature):
            raise fault(token, f"{feature} is text; {why}")
        return feature

    def _is_exact(self, feature: str) -> bool:
        return self._features is None or self._features[feature] == "exact"

    def _is_text(self, feature: str) -> bool:
        return self._features is not None and self._features[feature] == "text"

    def _is_now(self, mark: str) -> bool:
        return self._now.kind == "mark" and self._now.text == mark

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
        is_near = self._now.kind in ("name", "word") and len(self._now.text) > 2
        near = did_you_mean(self._now.text, sorted(WORDS)) if is_near else ""
        return fault(self._now, f"expected {wanted}, found {self._found}.{near}".rstrip("."))

    @property
    def _found(self) -> str:
        return _short(self._now.text) if self._now.kind != "end" else "the end"


def _places(number: Decimal) -> int:
    return -cast("int", number.as_tuple().exponent)


def _short(text: str) -> str:
    return repr(_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
