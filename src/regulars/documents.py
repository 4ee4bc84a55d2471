"""How a document is spelt: once for digests, once for files that people open."""

from __future__ import annotations

import hashlib
import json


def canonical(document: object) -> str:
    """JSON with one spelling: sorted keys, no spaces, no NaN. What digests are taken of."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def pretty(document: object) -> str:
    """JSON for files that people open: indented, keys as written, one newline at the end."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def digest_of(document: object) -> str:
    """sha256 (hex) of a document, however its keys are ordered."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def vouches(digest: object, document: object) -> bool:
    """Whether the digest is the document's. One that cannot be spelt (NaN, half a character) has none."""
    try:
        return digest_of(document) == digest
    except ValueError:
        return False
