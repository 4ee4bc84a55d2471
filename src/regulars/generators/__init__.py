"""Generated companies whose truth is known: customers with their reasons, to hold what is found against."""

from __future__ import annotations

from regulars.generators import bank, saas

COMPANIES = {"bank": bank.lay_out, "saas": saas.lay_out}
"""What lays out each company: ``COMPANIES["bank"](folder, customers=4_000, seed=0)``."""
