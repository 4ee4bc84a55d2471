"""Whether a run is as it was written: its name vouches for its manifest, and that for every file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from regulars.app.workspace import read_json
from regulars.documents import digest_of, pretty
from regulars.errors import RunDamaged

RUN_SCHEMA = "run/1"
BESIDES = ("schema", "run_id", "files")
"""What a manifest holds beside the identity that its run is named for."""


def file_digests(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder but the manifest, by its path within."""
    manifest = folder / "manifest.json"
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != manifest)
    return {path.relative_to(folder).as_posix(): digest(path) for path in paths}


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run_id_of(identity: Mapping[str, Any]) -> str:
    """The name of a run: its day, and a digest of everything that its content is a function of."""
    return f"{identity['as_of']}-{digest_of(identity)[:12]}"


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """The manifest of a run, where it is as it was written; the files that it names are not looked at."""
    wrong, manifest = _manifest(folder)
    return None if wrong else manifest


def verified(folder: Path) -> dict[str, Any]:
    """The manifest of a run whose files all match it, and which itself is as it was written.

    Raises RunDamaged that names every file missing, added or altered, before any number is shown.
    """
    wrong, manifest = _manifest(folder)
    if wrong := wrong or list(_mismatched(manifest.get("files"), file_digests(folder))):
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise RunDamaged(
            f"run {folder.name!r}", "; ".join(wrong[:3]) + more,
            f"Move {folder} away, or delete it and make it again: the same input gives the same run.",
            next_command="regulars run",
        )  # fmt: skip
    return manifest


def _manifest(folder: Path) -> tuple[list[str], dict[str, Any]]:
    """What is wrong with a run's manifest, and the manifest as far as it can be read."""
    path = folder / "manifest.json"
    if not folder.is_dir():
        return ["it is no folder"], {}
    if not path.is_file():
        return ["manifest.json is missing: half deleted, or no run"], {}
    try:
        manifest = read_json(path)
    except RunDamaged as unread:
        return [f"manifest.json {unread.found}"], {}
    if _spelt(manifest) != path.read_bytes():
        return ["manifest.json was altered"], manifest
    return list(_misnamed(manifest, folder.name)), manifest


def _spelt(document: Mapping[str, Any]) -> bytes | None:
    """A document as it is written; None for what is never written, such as NaN or half a character."""
    try:
        return pretty(document).encode()
    except ValueError:
        return None


def _misnamed(manifest: Mapping[str, Any], name: str) -> Iterator[str]:
    """A run's name is a digest of its manifest, so that nothing in that can change unseen."""
    identity = {key: value for key, value in manifest.items() if key not in BESIDES}
    if manifest.get("schema") != RUN_SCHEMA:
        yield f"manifest.json is of schema {manifest.get('schema')!r}, and this Regulars reads {RUN_SCHEMA!r}"
    elif "as_of" not in identity or run_id_of(identity) != manifest.get("run_id"):
        yield "manifest.json was altered"
    elif manifest["run_id"] != name:
        yield f"it is run {manifest['run_id']}: renamed, or a copy"


def _mismatched(said: object, found: Mapping[str, str]) -> Iterator[str]:
    listed = said if isinstance(said, dict) else {}
    yield from (f"{path} is missing" for path in listed if path not in found)
    yield from (f"{path} does not belong" for path in found if path not in listed)
    yield from (f"{path} was altered" for path in listed if path in found and found[path] != listed[path])
