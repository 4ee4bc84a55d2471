"""Narratives of a real model, through all that ``regulars narrate`` does, and what must hold of each."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from regulars import settings as chosen
from regulars.app import drafts_kept, saved
from regulars.app.narrating import Asked, Narrated, narrate
from regulars.app.workspace import Workspace
from regulars.check.checker import Text, check
from regulars.check.table import facts_of
from regulars.figures import written
from regulars.narrate.composing import UNRULED
from regulars.narrate.drafts import Claim, Draft, Tally, tally
from regulars.narration_settings import NarrationChoices
from regulars.types import Study

FALSE = frozenset({"contradicted", "unsupported_attribute"})


def told(
    workspace: Workspace, address: str, segmentation: str, segments: Sequence[str], **narration: object
) -> Narrated:
    """What the model at an address writes about segments of the newest run."""
    settings = chosen.load(workspace.settings)
    asked = {"provider": "compatible", "base_url": address, "concurrency": 1, "attempts": 1, **narration}
    settings = settings.model_copy(update={"narration": NarrationChoices.model_validate(asked)})
    return narrate(settings, workspace, Asked(segmentation, tuple(segments)))


def newest(workspace: Workspace) -> Study:
    """The one run of a workspace."""
    (run,) = (each for each in (workspace.root / "runs").iterdir() if each.is_dir())
    return saved.load(run)


def segmentations(workspace: Workspace) -> list[str]:
    return [each.name for each in newest(workspace).segmentations]


def shown(workspace: Workspace, name: str) -> list[str]:
    """The segments of that segmentation that have facts to tell, largest first."""
    (profile,) = (each.profile for each in newest(workspace).segmentations if each.name == name)
    sizes = {each.id: each.facts["customers"].value for each in profile.segments if not each.is_suppressed}
    return sorted(sizes, key=lambda each: (-sizes[each], each))


def differing_figures(found: Narrated, workspace: Workspace) -> list[str]:
    """Figures shown that are not their fact as it is written, and digits that are no fact's."""
    study = saved.load(workspace.run(found.run_id))
    profiles = {each.name: each.profile for each in study.segmentations}
    wrong = []
    for draft, claim in _claims(found.drafts):
        for span in claim.sentence:
            fact = profiles[draft.segmentation].fact(span.fact) if span.fact else None
            if fact is None and re.search(r"\d", span.text) and claim.role != "name":
                wrong.append(f"{draft.segment_id} {claim.id}: {span.text!r} is no fact's")
            if fact is not None and (fact.value is None or written(fact.value, fact.unit) != span.text):
                wrong.append(f"{draft.segment_id} {claim.id}: {span.text!r} is not {span.fact}")
    return wrong


def false_claims(found: Narrated, workspace: Workspace) -> list[str]:
    """What the checker says against the claims that a model was asked for, as they are read."""
    wrong = []
    for name in sorted({draft.segmentation for draft in found.drafts}):
        path = workspace.run(found.run_id) / "facts" / f"{name}.json"
        facts = facts_of(json.loads(path.read_text("utf-8")))
        for draft, claim in _claims(each for each in found.drafts if each.segmentation == name):
            if claim.attempt and claim.role not in UNRULED:
                (verdict,) = check(facts, [Text("claim", claim.text, draft.segment_id)])
                if verdict.label in FALSE:
                    wrong.append(f"{draft.segment_id} {claim.id} ({claim.source}): {claim.text!r}")
    return wrong


def missing_drafts(found: Narrated, workspace: Workspace) -> int:
    """How many of the drafts the store does not have, word for word."""
    kept = drafts_kept.drafts(workspace, chosen.load(workspace.settings), found.run_id)
    texts = {record.content.text for record in kept}
    return sum(draft.text not in texts for draft in found.drafts)


def summed(founds: Iterable[Narrated]) -> Tally:
    return tally([draft for found in founds for draft in found.drafts])


def in_words(counts: Tally) -> str:
    return (
        f"of {counts.asked} claims {counts.kept} keep the model's words, {counts.retried} those of a second "
        f"attempt, {counts.replaced} have words by rule"
    )


def aloud(text: str) -> None:
    """Told at once, by the workers of a test run too: what they print goes nowhere, their stderr is shown."""
    sys.stderr.write(f"\n{text}\n")
    sys.stderr.flush()


def by_role(founds: Iterable[Narrated]) -> str:
    """A line a role: how many claims keep the model's words, how many have them from a second attempt, how
    many have words by rule, and why most of these do."""
    lines = []
    every = [claim for found in founds for _, claim in _claims(found.drafts) if claim.attempt]
    for role in dict.fromkeys(claim.role for claim in every):
        own = [claim for claim in every if claim.role == role]
        kept = sum(each.source == "model" and each.attempt == 1 for each in own)
        retried = sum(each.source == "model" and each.attempt == 2 for each in own)
        codes = [each.why.partition(":")[0] for each in own if each.source == "template"]
        why = ", ".join(f"{count} {code}" for code, count in Counter(codes).most_common())
        lines.append(f"{role:12} {kept:4} kept {retried:4} retried {len(codes):4} replaced  {why}")
    return "\n".join(lines)


def _claims(drafts: Iterable[Draft]) -> Iterable[tuple[Draft, Claim]]:
    return ((draft, claim) for draft in drafts for claim in draft.claims)
