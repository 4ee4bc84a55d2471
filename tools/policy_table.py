"""Prints docs/policy_rules.md: run it when a pack has changed.

python tools/policy_table.py > docs/policy_rules.md
"""

from __future__ import annotations

from collections.abc import Iterator

from regulars.check.policy import Rule, names, policy

READ = {"text": "", "own": "", "summary": "ˢ", "known": "ᵏ"}


HEAD = """# The rules of every pack

How they are read, and that they are no legal advice, stands in [policy](policy.md). A source's day is that
of the version which the rule was held against: its text was read, or only a summary by somebody else (ˢ), or
it is known by its section (ᵏ).
"""


def lines() -> Iterator[str]:
    """A table a pack, a rule each: whom it guards, a sentence that breaks it, its law and that law's day."""
    yield from HEAD.splitlines()
    for name in names():
        held = policy(name)
        yield from ("", f"## `{name}`", "", f"{held.title}. Version {held.version} of {held.dated}.", "")
        yield "| rule | kind | for | | such as | source, and its day |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(each) for each in held.rules)


def _row(rule: Rule) -> str:
    sources = "; ".join(f"{each.says}{READ[each.read]} ({each.dated})" for each in rule.sources)
    return (
        f"| `{rule.id}` | {rule.kind.replace('_', ' ')} | {rule.audience} | {rule.severity} "
        f"| {rule.breaks[0]} | {sources} |"
    )


if __name__ == "__main__":
    print("\n".join(lines()))
