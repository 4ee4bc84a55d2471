"""The guard: whether words that a model wrote without figures may stand beside a segment's facts.

Nothing passes by default. Words must be plain words; say nothing against the facts, by the claim checker and
by their cues; suppose where a supposition was asked for and advise where advice was; keep to the policy; and
hold nothing of a person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from regulars.check.checker import Text, check
from regulars.check.moods import UNCHECKABLE
from regulars.check.table import Facts
from regulars.check.verdicts import Verdict
from regulars.narrate.cues import Cue, cues
from regulars.narrate.plain_words import (
    Fault,
    boasts,
    foretells,
    gives_a_cause,
    is_aimed_at,
    is_echo,
    is_one_clause,
    plain_faults,
    says_no_more_than,
    strange_words,
)
from regulars.narrate.slots import Mood, Slot
from regulars.narrate.standing import Place

FALSE = ("contradicted", "unsupported_attribute")
"""Labels of the checker with which words of a model are not shown."""
Wording = Callable[[str], Collection[str]]
"""Rules of wording from elsewhere (policy, personal data): why a text may not stand; nothing where it may."""


@dataclass(frozen=True)
class Guard:
    """Holds words about one segment to its facts. ``places`` say where it lies on each metric."""

    facts: Facts
    segment_id: str
    places: Mapping[str, Place]
    wording: Wording
    promises: Wording = lambda _: ()
    """Rules of wording for what customers may read: why a promise to them may not stand."""
    told: tuple[str, ...] = ()
    """The statements in words: to say them again says nothing."""

    def faults(self, words: str, slot: Slot) -> tuple[Fault, ...]:
        """Everything that speaks against the words; none where they may stand. Plain faults come alone:
        what is no plain text need not be read for its meaning."""
        if slot.options:
            return () if words in slot.options else (Fault("choice", "choose one of the words offered"),)
        if plain := tuple(plain_faults(words, slot)):
            return plain
        if slot.mood in {"meant", "supposed"} and any(is_echo(words, told) for told in self.told):
            return (Fault("repeats", "it repeats a statement: say what follows from it"),)
        return (*self._read(words, slot.mood), *self._terms(words))

    def _read(self, words: str, mood: Mood) -> Iterator[Fault]:
        """What the words say, held to the facts as their mood asks for."""
        if mood == "named":
            return iter(())
        if mood == "positioned":
            return self._position(words)
        return self._states(words) if mood == "stated" else self._moves(words, mood)

    def verdict(self, text: str) -> Verdict:
        """What the checker says of a text about the segment."""
        (verdict,) = check(self.facts, [Text("text", text, self.segment_id)])
        return verdict

    def _terms(self, words: str) -> Iterator[Fault]:
        yield from (Fault("terms", why) for why in self.wording(words))

    def _position(self, words: str) -> Iterator[Fault]:
        """For those who are so, we are this: the first half must be true, the second promise nothing."""
        found = _POSITION.fullmatch(words)
        if found is None:
            yield Fault("form", "write: For those who ..., we ...")
            return
        yield from self._states(f"They {found[1]}.")
        if boasts(found[2]) or strange_words(found[2]) or not is_one_clause(found[2]):
            yield Fault("boast", "promise nothing that cannot be proven, in plain words of business")
        yield from (Fault("terms", why) for why in self.promises(found[2]))

    def _states(self, words: str) -> Iterator[Fault]:
        """A text that says what is so: the checker proves it, or it has no words but those that do."""
        verdict = self.verdict(words)
        moods = {each.why for each in verdict.findings}
        if not _OF_THEM.match(words):
            yield Fault("form", "it must begin with: They")
        if moods & {_GUESS, _QUESTION}:
            yield Fault("hedged", "state what is so, without a guess")
        if verdict.label in FALSE:
            yield _false(verdict)
        elif not self._says_no_more(words, is_proven=verdict.label == "supported"):
            yield Fault("unclear", "say only what the statements say, in their words")
        yield from (_DIRECTION for cue in cues(words) if not self._fits(cue))

    def _says_no_more(self, words: str, *, is_proven: bool) -> bool:
        """Whether words say no more than statements do: the checker proves them, or their cues are right; and
        beside those words and the statements' there are only such as any sentence needs."""
        said = list(cues(words))
        is_right = is_proven or (bool(said) and all(self._fits(cue) for cue in said))
        return is_right and says_no_more_than(words, (*(cue.words for cue in said), *self.told))

    def _moves(self, words: str, mood: Mood) -> Iterator[Fault]:
        """A text that supposes or advises: one clause in words of business, with nothing false for known."""
        verdict = self.verdict(words)
        moods = {each.why for each in verdict.findings}
        if verdict.label in FALSE:
            yield _false(verdict)
        if mood == "supposed" and not (_GUESS in moods and _MAY.match(words)):
            yield Fault("not_hedged", "it must say that it is a guess: They may ...")
        if mood == "advised" and (_OF_THEM.match(words) or not moods & {_ADVICE, _QUESTION}):
            yield Fault("no_advice", "it must begin with a verb, as advice does")
        if mood == "meant" and not _FOR_US.match(words):
            yield Fault("form", "it must begin with: So we should")
        if strange_words(words):
            yield Fault("strange", "use plain words of business: no trades, places, people or feelings")
        if not is_one_clause(words):
            yield Fault("clauses", "write one short clause, and nothing of all or none of them")
        if gives_a_cause(words):
            yield Fault("cause", "give no reasons for what customers do")
        if mood != "supposed" and foretells(words):
            yield Fault("foretells", "say what to do, not what is or will be")
        yield from (_DIRECTION for cue in cues(words) if self._presumes(cue, mood))

    def _presumes(self, cue: Cue, mood: Mood) -> bool:
        """Whether a cue says that something is so which is not. What is aimed at need not be so yet."""
        if cue.metric not in self.places or self._fits(cue):
            return False
        return mood == "supposed" or not is_aimed_at(cue.before[-REACH:])

    def _fits(self, cue: Cue) -> bool:
        return self.places.get(cue.metric) == cue.place


_GUESS, _ADVICE, _QUESTION = (UNCHECKABLE[mood] for mood in ("hypothesis", "advice", "question"))
REACH = 8
"""How many words before a cue may tell that it is what we aim at."""
_DIRECTION = Fault("direction", "a word in it tells more than the statements, or the opposite")
_MAY = re.compile(r"(?:perhaps |maybe )?they (?:may|might|could)\b|(?:perhaps|maybe) they\b", re.IGNORECASE)
_OF_THEM = re.compile(r"(?:they|their)\b", re.IGNORECASE)
_FOR_US = re.compile(r"so we (?:should|can|could|must|need to|may)\b", re.IGNORECASE)
_POSITION = re.compile(r"For those who ([^,]+), (we .+)", re.IGNORECASE)
_NOT_SAID = "it says something of them that the statements do not"
_UNSUPPORTED = {
    "unsupported_cause": "it says why, and the statements tell only what is",
    "unsupported_forecast": "it tells what will be, and the statements tell only what is",
    "external_fact": "it speaks of others than these customers",
}
"""What is wrong, by the checker's kinds of fault, in words that may be sent: no figure, no name, no quote."""


def _false(verdict: Verdict) -> Fault:
    if verdict.label == "contradicted":
        return Fault("contradicted", "it says the opposite of what is true")
    return Fault("unsupported", _UNSUPPORTED.get(verdict.error_type or "", _NOT_SAID))
