"""Moods: what a clause does other than to state what the table could hold.

Advice, questions, hypotheses, opinions and words about the text itself claim nothing that can be checked.
Causes, forecasts and facts from outside are stated as fact, and no table of segments can hold them up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from regulars.check.locale import Language
from regulars.check.tokens import Token

Mood = Literal[
    "statement", "question", "advice", "hypothesis", "opinion", "framing", "forecast", "cause", "external",
    "conditional",
]  # fmt: skip
UNSUPPORTED: dict[str, tuple[str, str]] = {
    "forecast": ("unsupported_forecast", "the facts are of the past and cannot tell what will be"),
    "cause": ("unsupported_cause", "the facts tell what is, not why"),
    "external": ("external_fact", "the facts hold nothing about others than these customers"),
}
"""Moods that state what no facts file can support: the error's type and why."""
UNCHECKABLE: dict[str, str] = {
    "question": "a question",
    "advice": "advice",
    "hypothesis": "said to be a supposition",
    "opinion": "an opinion",
    "framing": "about the text itself",
    "conditional": "a condition",
}


def moods(
    tokens: list[Token], language: Language, names: set[int], metrics: Collection[str]
) -> dict[str, tuple[int, int]]:
    """The moods of a clause, each with the tokens that show it; empty for a plain statement.

    Tokens in ``names`` (of segments) show no mood; the stems by which ``metrics`` go name no cause and
    praise nobody.
    """
    found: dict[str, tuple[int, int]] = {}
    for phrase in language.moods.all(tokens, names):
        for kind in phrase.kinds:
            is_metric = (
                kind in {"cause", "opinion"}
                and phrase.end - phrase.start == 1
                and tokens[phrase.start].stem in metrics
            )
            if kind != "cause_as" and not is_metric and _is_meant(kind, phrase.start, tokens):
                found.setdefault(kind, (phrase.start, phrase.end))
    if tokens and tokens[-1].low == "?":
        found["question"] = (len(tokens) - 1, len(tokens))
    shown = {
        "cause": _leads_to(tokens, language, names) or _as_cause(tokens, language),
        "forecast": _likely(tokens),
        "external": _outsiders(tokens, language),
    }
    found = {kind: at for kind, at in shown.items() if at} | found
    if "forecast" in found and _is_foretelling(found, tokens):
        del found["advice"]
    if not _is_noun(tokens, language) and is_imperative(tokens, language, names):
        is_metric = {each.stem for each in tokens[:2]} <= set(metrics)
        found |= {} if is_metric else {"advice": (0, 1)}
    return found


def _is_noun(tokens: Sequence[Token], language: Language) -> bool:
    """Whether a sentence starts with a thing of two words or more: "call centres handle …"."""
    return bool(tokens) and any(each.end > 1 for each in language.families.every_at(tokens, 0))


def _is_meant(kind: str, at: int, tokens: Sequence[Token]) -> bool:
    """May is a month where it has a capital within a sentence; "will" is a noun after an article."""
    token = tokens[at]
    if token.low == "may":
        return token.text.islower() or at == 0
    if kind == "forecast" and token.stem == "go":
        return token.low == "going"
    if kind == "forecast" and token.low == "will":
        return at == 0 or tokens[at - 1].low not in {"the", "a", "free"}
    if kind == "cause" and token.stem == "mak":
        # "Makes them the smallest segment" counts, "makes them return" is a cause.
        return at + 2 >= len(tokens) or tokens[at + 2].low not in {"the", "our", "a", "an", "by", "one"}
    # What delights is praised; who is delighted has a feeling, which would be a fact about them.
    return kind != "opinion" or not token.low.endswith("ed")


def _leads_to(tokens: Sequence[Token], language: Language, names: set[int]) -> tuple[int, int] | None:
    """A cause by its verb, which makes somebody do something: "browsing leads them to spend"."""
    for at, token in enumerate(tokens[:-2]):
        named = at + 1 in names or tokens[at + 1].low in {"them", "customers", "people"}
        if at and token.stem in language.makes_do and named:
            after = [each.low for each in tokens[at + 2 : at + 6]]
            if "to" in after:
                return at, at + 1
    return None


def _likely(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """What is likely to be, said of nobody else: "unlikely to return", but not "likelier to return than"."""
    lows = [token.low for token in tokens]
    for at, low in enumerate(lows):
        if low in {"likely", "unlikely"} and "to" in lows[at + 1 : at + 3]:
            compared = {"more", "less", "most", "least", "as", "times", "equally"} & set(
                lows[max(0, at - 2) : at]
            )
            if not compared and not {"than", "times", "as"} & set(lows):
                return at, at + 1
    return None


def _is_foretelling(found: dict[str, tuple[int, int]], tokens: Sequence[Token]) -> bool:
    """Whether "should" only foretells: "they should top $600 million by next year", but not "we should"."""
    at = found["advice"][0] if "advice" in found else -1
    if at < 1 or tokens[at].low != "should":
        return False
    return {"we", "you", "i", "us"}.isdisjoint(token.low for token in tokens[:at])


def _as_cause(tokens: list[Token], language: Language) -> tuple[int, int] | None:
    """A cause by an "as" that pairs with no other, and a past tense: "fell as savers chased rates"."""
    for at, token in enumerate(tokens):
        if token.low != "as" or at < 3:
            continue
        near = [each.low for each in tokens[max(0, at - 5) : at] + tokens[at + 1 : at + 6]]
        if "as" in near or tokens[at - 1].low in {"such", "same", "well", "long", "rank", "ranks", "classed"}:
            continue
        if any(each.low.endswith("ed") or each.low in language.pasts for each in tokens[at + 2 : at + 5]):
            return at, at + 1
    return None


def _outsiders(tokens: Sequence[Token], language: Language) -> tuple[int, int] | None:
    """Others than ours: "most retailers", "other home-goods retailers", "UK shoppers"."""
    for at, token in enumerate(tokens):
        if (
            token.text in language.nations
            and at + 1 < len(tokens)
            and tokens[at + 1].stem in language.peoples
        ):
            return at, at + 2
        if token.stem in language.companies and token.low.endswith("s") and not token.low.endswith("ss"):
            before = {each.low for each in tokens[max(0, at - 4) : at]}
            if before & language.outside:
                return at, at + 1
    return None


_LEADS = frozenset(
    {
        "please",
        "not",
        "always",
        "never",
        "do",
        "don't",
        "first",
        "then",
        "also",
        "next",
        "now",
        "and",
        "instead",
        "so",
    }
)


def _is_label_of_one(tokens: Sequence[Token], at: int, language: Language, names: set[int]) -> bool:
    """Whether "segment" only stands before what one is called: "Segment 2 holds", "Segment A has"."""
    end = at + 1
    while end < len(tokens) and end in names:
        end += 1
    if tokens[at + 1].is_figure or len(tokens[at + 1].low) == 1:
        return True
    after = tokens[end] if at + 1 < end < len(tokens) else None
    return after is not None and after.low.endswith("s") and after.stem in language.neutral


def is_imperative(tokens: Sequence[Token], language: Language, names: set[int]) -> bool:
    """Whether a clause asks for a deed: it starts with a verb in its plain form, and no subject."""
    at = 0
    while at < len(tokens) and (tokens[at].low in _LEADS or tokens[at].low in {",", "-", "•", "*"}):
        at += 1
    if at >= len(tokens) or at in names or not tokens[at].is_word:
        return False
    token = tokens[at]
    is_plain = (
        language.stem(token.low) in language.imperatives
        and not token.low.endswith(("ing", "ed"))
        and (not token.low.endswith("s") or token.low.endswith(("ss", "us")))
    )
    if not is_plain or at + 1 >= len(tokens):
        return False
    if token.low == "segment" and _is_label_of_one(tokens, at, language, names):
        return False
    # "Email reaches them", "Mobile dominates", "Complaints run": a noun is followed by its verb.
    after = tokens[at + 1]
    is_verb = after.low.endswith("s") and not after.low.endswith("ss") and after.stem in language.neutral
    is_verb = (is_verb and after.low not in {"this", "its", "his", "us", "as"}) or after.low in language.pasts
    return not (
        after.low in {"is", "are", "was", "were", "has", "have", "of", "use", "'s"}
        or is_verb
        or after.stem in {"rate", "open"}
    )
