"""Know your regulars: from raw orders to customer segments that you can defend.

In short::

    import regulars as rg

    study = rg.run("regulars/regulars.yaml")  # the whole study; shows itself in a notebook
    study.assignments("rfm").df()  # one row a customer, into any frame
    rg.run("regulars/regulars.yaml", orders=frame)  # orders from memory instead of the file
    rg.assign("rfm", frame).assignments().df()  # any customers into segments that are there already
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.app.api import AssignedCustomers, SavedStudy, assign, load, run

__all__ = ["AssignedCustomers", "SavedStudy", "assign", "load", "run"]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """Load the rooms when they are asked for, so that importing the package costs nothing."""
    if name in __all__:
        from regulars.app import api

        return getattr(api, name)
    raise AttributeError(f"module 'regulars' has no attribute {name!r}")
