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
from regulars.check.table import Facts
from regulars.check.verdicts import Verdict
from regulars.narrate.cues import Cue, cues
from regulars.narrate.plain_words import Fault, gives_a_cause, is_echo, plain_faults
from regulars.narrate.slots import Mood, Slot
from regulars.narrate.standing import Place

Wording = Callable[[str], Collection[str]]
"""Rules of wording from elsewhere (policy, personal data): why a text may not stand; nothing where it may."""


@dataclass(frozen=True)
class Guard:
    """Holds words about one segment to its facts. ``places`` say where it lies on each metric."""

    facts: Facts
    segment_id: str
    places: Mapping[str, Place]
    wording: Wording
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
        if slot.mood == "positioned":
            return (*self._position(words, slot), *self._terms(words))
        read = () if slot.mood == "named" else self._claims(words, slot.mood)
        return (*read, *self._directions(words, slot.mood), *self._terms(words))

    def verdict(self, text: str) -> Verdict:
        """What the checker says of a text about the segment."""
        (verdict,) = check(self.facts, [Text("text", text, self.segment_id)])
        return verdict

    def _terms(self, words: str) -> Iterator[Fault]:
        yield from (Fault("terms", why) for why in self.wording(words))

    def _position(self, words: str, slot: Slot) -> Iterator[Fault]:
        """For those who are so, we are this: the first half is about them and must be true."""
        found = _POSITION.fullmatch(words)
        if found is None:
            yield Fault("form", "write: For those who ..., we ...")
            return
        yield from self._claims(f"They {found[1]}.", "stated")
        yield from self._directions(found[1], "stated")

    def _claims(self, words: str, mood: Mood) -> Iterator[Fault]:
        verdict = self.verdict(words)
        moods = {each.why for each in verdict.findings}
        if verdict.label == "contradicted":
            yield Fault("contradicted", "it says the opposite of what is true")
        elif verdict.label == "unsupported_attribute":
            yield Fault("unsupported", _UNSUPPORTED.get(verdict.error_type or "", _NOT_SAID))
        elif verdict.label == "needs_review" and not self._is_plain(words):
            yield Fault("unclear", "it is not clear what it says of the figures")
        if mood == "stated" and moods & {"said to be a supposition", "a question"}:
            yield Fault("hedged", "state what is so, without a guess")
        if mood == "supposed" and "said to be a supposition" not in moods:
            yield Fault("not_hedged", "it must say that it is a guess: They may ...")
        if mood == "stated" and not _OF_THEM.match(words):
            yield Fault("form", "it must begin with: They")
        if mood == "advised" and (_OF_THEM.match(words) or not moods & {"advice", "a question"}):
            yield Fault("no_advice", "it must begin with a verb, as advice does")
        if mood in {"meant", "advised"} and gives_a_cause(words):
            yield Fault("cause", "give no reasons for what customers do")
        if mood == "meant" and not _FOR_US.match(words):
            yield Fault("form", "it must begin with: So we should")

    def _is_plain(self, words: str) -> bool:
        """Whether words that the checker leaves to a reader say where customers stand, and are right."""
        said = list(cues(words))
        return bool(said) and all(self._fits(cue) for cue in said)

    def _fits(self, cue: Cue) -> bool:
        return self.places.get(cue.metric) == ("above" if cue.is_above else "below")

    def _directions(self, words: str, mood: Mood) -> Iterator[Fault]:
        if mood in {"meant", "advised"} and not _PRESUMES.search(words):
            return
        for cue in cues(words):
            is_open = cue.metric not in self.places and mood != "stated"
            if not is_open and not self._fits(cue):
                yield Fault("direction", "a word in it tells more than the statements, or the opposite")


_OF_THEM = re.compile(r"(?:they|their)\b", re.IGNORECASE)
_FOR_US = re.compile(r"so we (?:should|can|could|must|need to|may)\b", re.IGNORECASE)
_POSITION = re.compile(r"For those who ([^,]+), (we .+)", re.IGNORECASE)
_PRESUMES = re.compile(r"\b(?:they|their|who|whose|because|since)\b", re.IGNORECASE)
"""With one of these, advice tells what customers are like, and not only what to do."""
_NOT_SAID = "it says something of them that the statements do not"
_UNSUPPORTED = {
    "unsupported_cause": "it says why, and the statements tell only what is",
    "unsupported_forecast": "it tells what will be, and the statements tell only what is",
    "external_fact": "it speaks of others than these customers",
}
"""What is wrong, by the checker's kinds of fault, in words that may be sent: no figure, no name, no quote."""
