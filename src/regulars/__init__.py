"""Know your regulars: from raw orders to customer segments that you can defend.

In short::

    import regulars as rg

    study = rg.run("regulars/regulars.yaml")  # the whole study; shows itself in a notebook
    study.assignments("rfm").df()  # one row a customer, into any frame
    rg.run("regulars/regulars.yaml", orders=frame)  # orders from memory instead of the file
    rg.assign("rfm", frame).assignments().df()  # any customers into segments that are there already
    rg.history(
        "rfm"
    ).sizes().df()  # sizes over time; rg.migrate(A, B) says who moved, rg.compare("rfm") if it holds
    rg.drafts("rfm")  # profiles and personas in which every figure is a fact
    rg.check_claims("facts/rfm.json", ["Champions are 15% of customers."])  # is what is written true?
    rg.check_policy(["Our prices are guaranteed."], "retail")  # and may it be said?
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.app.api import AssignedCustomers, SavedStudy, assign, load, run
    from regulars.app.api_past import ComparedRuns, MovedCustomers, SegmentHistory, compare, history, migrate
    from regulars.app.api_words import NarratedSegments, drafts
    from regulars.app.check_command import check_claims
    from regulars.app.policy_command import check_policy

__all__ = [
    "AssignedCustomers", "ComparedRuns", "MovedCustomers", "NarratedSegments", "SavedStudy", "SegmentHistory",
    "assign", "check_claims", "check_policy", "compare", "drafts", "history", "load", "migrate", "run",
]  # fmt: skip


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """Load the rooms when they are asked for, so that importing the package costs nothing."""
    if name in __all__:
        from regulars.app import api, api_past, api_words, check_command, policy_command

        if name == "check_claims":
            return check_command.check_claims
        if name == "check_policy":
            return policy_command.check_policy
        room = next((each for each in (api_past, api_words) if name in each.__all__), api)
        return getattr(room, name)
    raise AttributeError(f"module 'regulars' has no attribute {name!r}")
