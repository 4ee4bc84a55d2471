"""Answers that were given before, on disk: the same question gives the same text, byte for byte.

A file an answer, named for the digest of the question. It holds digests of what was asked and the text that
came; no prompt and no key.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regulars.documents import digest_of, pretty, vouches
from regulars.narrate.providers.request import Reply
from regulars.types import Finding

SCHEMA = "answer/1"


@dataclass
class Cache:
    """Answers under a folder. ``findings`` holds what was wrong with files that were passed over."""

    folder: Path
    findings: list[Finding] = field(default_factory=list)

    def read(self, question: Mapping[str, Any]) -> Reply | None:
        """What was answered, or None. A file that is not as it was written counts as none, and is told."""
        path = self._path(question)
        try:
            kept = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            kept = None
        if not isinstance(kept, dict) or kept.get("question") != question or not _is_whole(kept):
            self._tell(path)
            return None
        return Reply(**kept["reply"])

    def keep(self, question: Mapping[str, Any], reply: Reply) -> Reply:
        """The reply that is kept from now on: this one, or that of whoever was here first."""
        path = self._path(question)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = {"schema": SCHEMA, "question": dict(question), "reply": vars(reply)}
        whole["digest"] = digest_of(whole)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(pretty(whole))
                file.flush()
                os.fsync(file.fileno())
            return self._first(path, Path(name), question, reply)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()

    def _first(self, path: Path, written: Path, question: Mapping[str, Any], reply: Reply) -> Reply:
        try:
            path.hardlink_to(written)
        except FileExistsError:
            before = self.read(question)
            if before is not None:
                return before
            written.replace(path)
        except OSError:
            # A file system without links: whoever is last stands.
            written.replace(path)
        return reply

    def _path(self, question: Mapping[str, Any]) -> Path:
        name = digest_of(question)
        return self.folder / name[:2] / f"{name}.json"

    def _tell(self, path: Path) -> None:
        found = Finding(
            "warning", f"narration cache {path.name}", "It is not as it was written, so it was not used.",
            "Nothing needs to be done: the model was asked again. The text may differ from before.",
        )  # fmt: skip
        if found not in self.findings:
            self.findings.append(found)


def _is_whole(kept: dict[str, Any]) -> bool:
    said = kept.pop("digest", None)
    return vouches(said, kept)
