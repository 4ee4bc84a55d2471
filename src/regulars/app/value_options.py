"""Which options of ``regulars value`` go together: what is asked is honoured or refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.errors import UsageError

APART = {
    "--propensity": (
        ("--model", "--compare", "--by", "--unit", "--output", "--horizon-days", "--discount-rate"),
        "propensities have models of their own, logistic regression or --trees, and a trial",
    ),
    "--output": (
        ("--compare", "--by", "--calibrate-until", "--unit"),
        "the file is made by one model, fitted on all orders in weeks; the others are of the trial",
    ),
    "--compare": (("--model", "--by"), "it fits its own models, each on all customers"),
}
"""Options that answer different questions, and why."""
NEEDED = {
    "--outcome": "--propensity",
    "--trees": "--propensity",
    "--horizon-days": "--output",
    "--discount-rate": "--output",
}
WITHOUT_UNIT = {
    "boosted": "boosted trees have no parameters in a unit of time",
    "gamma_gamma": "what a purchase is worth has no parameters in a unit of time",
}


def require_together(given: Mapping[str, object]) -> None:
    """Raises UsageError for two options that do not go together, or for one without the other that it is of.

    ``given``: every option by its name; None or False where it was not given.
    """
    asked = {name: value for name, value in given.items() if value is not None and value is not False}
    for option, (others, why) in APART.items():
        for other in others:
            if option in asked and other in asked:
                raise UsageError(f"{option} with {other}", why, "Leave out one of the two.")
    for option, needed in NEEDED.items():
        if option in asked and needed not in asked:
            raise UsageError(option, f"it goes with {needed}", f"Add {needed}, or leave it out.")
    model = str(asked.get("--model"))
    if "--unit" in asked and model in WITHOUT_UNIT:
        raise UsageError(f"--unit with --model {model}", WITHOUT_UNIT[model], "Leave out --unit.")
    if "--discount-rate" in asked and model == "boosted":
        raise UsageError(
            "--discount-rate with --model boosted",
            "boosted trees foretell the horizon as a whole, and not its days", "Leave out --discount-rate.",
        )  # fmt: skip
