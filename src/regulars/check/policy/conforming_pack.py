"""What every policy pack must do, by its own examples. Outsiders reach it as ``regulars.testing``."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from regulars.check.policy.breaches import Policy
from regulars.check.policy.pack import pack_at
from regulars.check.policy.rules import AUDIENCES, Audience, Rule
from regulars.prepare.features.protected_words import ATTRIBUTES

ORDINARY = (
    "This segment holds 1,203 customers.",
    "On average they have placed 4.2 orders and spent £1,234, net of returns.",
    "Half of them have not ordered for 90 days or more, against 20 days for all customers.",
    "Win them back, secure the second order and protect the margin.",
    "Heavy users of discounts, quiet since spring.",
    "Their largest category is women's shoes, then children's books.",
    "The figures say what these customers did, not why.",
)
"""What is said of any segment: a pack whose rules fail these drowns whoever reads its findings."""


def check_policy_pack(path: Traversable) -> None:
    """Hold a pack to the laws of packs: each rule finds its breaking examples, its near misses fail no rule,
    says why and what to write instead, and stands on sources whose day is not after the pack's; every
    protected attribute is guarded; disclosures break no rule; ordinary sentences about segments fail none;
    the notice says that it is no legal advice.

    ``path`` is the pack's file. Raises SettingsError where it cannot be read, AssertionError with the law
    that does not hold.
    """
    pack = pack_at(path)
    assert "no legal advice" in pack.notice, "the notice does not say 'no legal advice'"
    for rule in pack.rules:
        _says_enough(rule, pack)
        _finds_its_examples(rule, pack)
    guarded = {each.attribute for each in pack.rules if each.attribute}
    assert guarded == set(ATTRIBUTES), f"attributes: {sorted(guarded ^ set(ATTRIBUTES))}"
    for name, text in pack.disclosures.items():
        broken = [each.rule for each in pack.breaches(text, "customer", is_whole=False)]
        assert not broken, f"disclosure {name!r} breaks {broken}"
    for text in ORDINARY:
        failed = [each.rule for each in pack.breaches(text, "internal") if each.severity == "fail"]
        assert not failed, f"{text!r} breaks {failed}"


def _says_enough(rule: Rule, pack: Policy) -> None:
    assert rule.breaks, f"rule {rule.id!r} has no example that breaks it"
    assert rule.passes, f"rule {rule.id!r} has no example that comes near and passes"
    late = [each.says for each in rule.sources if each.dated > pack.dated]
    assert not late, f"rule {rule.id!r} stands on what is later than the pack: {late}"
    unread = [each.says for each in rule.sources if each.read in ("text", "summary") and not each.url]
    assert not unread, f"rule {rule.id!r} does not say where its source was read: {unread}"


def _finds_its_examples(rule: Rule, pack: Policy) -> None:
    for audience in filter(rule.is_for, AUDIENCES):
        missed = [each for each in rule.breaks if not _breaks(rule, pack, each, audience)]
        assert not missed, f"rule {rule.id!r} passes over {missed} for {audience} readers"
        taken = [each for each in rule.passes if _breaks(rule, pack, each, audience)]
        assert not taken, f"rule {rule.id!r} finds a breach in {taken} for {audience} readers"
        failed = {each: rules for each in rule.passes if (rules := _fails(pack, each, audience))}
        assert not failed, f"what passes rule {rule.id!r} fails {failed} for {audience} readers"


def _fails(pack: Policy, text: str, audience: Audience) -> set[str]:
    """The rules that a sentence fails; disclosures may stand beside it."""
    found = pack.breaches(text, audience, is_whole=False)
    return {each.rule for each in found if each.severity == "fail"}


def _breaks(rule: Rule, pack: Policy, text: str, audience: Audience) -> bool:
    return any(each.rule == rule.id for each in pack.breaches(text, audience))
