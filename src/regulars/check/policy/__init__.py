"""What may not be said, and what must be: packs of rules as data, held to a text with no model.

The way of a text: ``words`` (folded, so that look-alikes and soft hyphens hide nothing) → ``terms`` (what
a rule looks for) → ``denial`` (whether the text says the opposite) → ``breaches``. ``pack`` reads the rules
from their files.
"""

from regulars.check.policy.breaches import Policy
from regulars.check.policy.pack import names, policy
from regulars.check.policy.rules import Audience, Breach, Rule, Source

__all__ = ["Audience", "Breach", "Policy", "Rule", "Source", "names", "policy"]
