"""The packs that come with Regulars: a file each, and in ``base/`` those that they build on."""

from __future__ import annotations

from importlib.resources import files

_FOLDER = files(__name__)
BASE = _FOLDER / "base"
BANK_UK = _FOLDER / "bank_uk.toml"
BANK_US = _FOLDER / "bank_us.toml"
RETAIL = _FOLDER / "retail.toml"
