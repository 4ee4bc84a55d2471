"""What the claim checker finds in labelled claims, by error type, and how many sentences a second it reads.

    python bench/claims.py                       the companies and the words of tests/check
    python bench/claims.py FACTS.json GOLD.jsonl  your own: claims with "label" and "error_type"

An error is a claim that is contradicted or that no fact supports. Recall is how many of the errors are found,
precision how many of those found are errors. Worse than either is an error that passes as supported. Of words
without figures, what is false may pass neither as supported nor as not checkable, and the rest should keep
its words. The exit code is 1 where a bar is missed: recall .95, precision .90, passed 2 %, confirmed 85 %,
kept 60 %.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from regulars.check.checker import Text, check
from regulars.check.table import Facts, facts_of
from regulars.check.verdicts import Verdict

FOLDER = Path(__file__).parent.parent / "tests" / "check" / "benchmark"
WORDS = FOLDER.parent / "words"
ERRORS = {"contradicted", "unsupported_attribute"}
PASSING = {"supported", "not_checkable"}
HARMLESS = {"true", "advice or supposition", "praise"}
ROUNDS = 5


def main() -> int:
    asked = [Path(each) for each in sys.argv[1:]]
    if len(asked) == 2:
        return 0 if bench(asked[0], asked[1]) else 1
    met = [bench(*pair) for pair in _bundled()]
    return 0 if all([*met, bench_words()]) else 1


def _bundled() -> list[tuple[Path, Path]]:
    facts = sorted(FOLDER.glob("*_facts.json"))
    return [(each, each.with_name(each.name.replace("_facts.json", "_claims.jsonl"))) for each in facts]


def bench(facts_file: Path, gold_file: Path) -> bool:
    """Print how one company's claims are ruled on; whether every bar is met."""
    facts = facts_of(json.loads(facts_file.read_text(encoding="utf-8")), str(facts_file))
    gold = [json.loads(line) for line in gold_file.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [Text(each["id"], each["text"], each.get("context_segment")) for each in gold]
    found = list(check(facts, texts))
    print(f"{gold_file.name}: {len(gold)} sentences, {speed(facts, texts):,.0f} a second on one core")
    return show(gold, found)


def bench_words() -> bool:
    """Print how words without figures are ruled on; whether every bar is met."""
    lines = (WORDS / "words.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    tables = {
        name: facts_of(json.loads((WORDS / f"{name}_facts.json").read_text(encoding="utf-8")))
        for name in sorted({each["facts"] for each in said})
    }
    passed: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for each in said:
        (found,) = check(tables[each["facts"]], [Text("1", each["text"], each["context_segment"])])
        kinds[each["kind"]] += 1
        passed[each["kind"]] += found.label in PASSING
    false, fine = (
        sum(kinds[kind] for kind in kinds if (kind in HARMLESS) is is_fine) for is_fine in (False, True)
    )
    slipped = sum(passed[kind] for kind in kinds if kind not in HARMLESS)
    kept = sum(passed[kind] for kind in HARMLESS)
    print(f"words without figures: {slipped} of {false} falsehoods pass, {kept} of {fine} others do")
    for kind, number in sorted(kinds.items()):
        print(f"    {kind:<24}{passed[kind]:>4} of {number} pass")
    return slipped <= 0.02 * false and kept >= 0.60 * fine


def speed(facts: Facts, texts: list[Text]) -> float:
    """Sentences a second of processor time, the best of some rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        list(check(facts, texts))
        best = max(best, len(texts) / (time.process_time() - began))
    return best


def show(gold: list[dict[str, Any]], found: list[Verdict]) -> bool:
    pairs = [(each["label"], verdict.label) for each, verdict in zip(gold, found, strict=True)]
    errors = [got for said, got in pairs if said in ERRORS]
    alarms = [said for said, got in pairs if got in ERRORS]
    true = [got for said, got in pairs if said == "supported"]
    recall = sum(got in ERRORS for got in errors) / max(len(errors), 1)
    precision = sum(said in ERRORS for said in alarms) / max(len(alarms), 1)
    passed, confirmed = errors.count("supported"), true.count("supported")
    print(f"  errors found {recall:.3f}, and of those found {precision:.3f} are errors")
    print(
        f"  errors passed as supported {passed} of {len(errors)}, "
        f"true sentences confirmed {confirmed} of {len(true)}"
    )
    kinds: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for each, verdict in zip(gold, found, strict=True):
        if each["label"] in ERRORS:
            kinds[each.get("error_type") or "other"] += 1
            caught[each.get("error_type") or "other"] += verdict.label in ERRORS
    for kind, number in sorted(kinds.items()):
        print(f"    {kind:<24}{caught[kind]:>4} of {number}")
    few_pass = passed <= 0.02 * len(errors)
    return recall >= 0.95 and precision >= 0.90 and few_pass and confirmed >= 0.85 * len(true)


if __name__ == "__main__":
    sys.exit(main())
