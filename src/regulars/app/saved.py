"""A run as files, and back as a Study: what each file holds is decided here alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from regulars.app.verifying import RUN_SCHEMA, file_digests, verified
from regulars.app.workspace import read_json
from regulars.documents import pretty
from regulars.engine import Engine
from regulars.narrate import words_file
from regulars.profile import facts_file
from regulars.segment.definition import Definition
from regulars.types import Feature, Finding, Ledger, Narrative, Profile, Segmentation, Study
from regulars.value.definition import ValueDefinition

VALUE = "value.json"
"""The value model that a run foretells with."""


@dataclass(frozen=True)
class Made:
    """One segmentation as it was just made."""

    definition: Definition
    profile: Profile
    narrative: Narrative


def write_tables(engine: Engine, folder: Path, names: Sequence[str]) -> None:
    """Write the customers' features and assignments, ordered by customer: same rows, same bytes."""
    engine.write_parquet("select * from features order by customer_id", folder / "features.parquet")
    (folder / "assignments").mkdir()
    for name in names:
        engine.write_parquet(
            f"select * from assignments_{name} order by customer_id",
            folder / "assignments" / f"{name}.parquet",
        )


def write_documents(
    folder: Path,
    ledger: Ledger,
    features: Sequence[Feature],
    left_out: Mapping[str, str],
    findings: Sequence[Finding],
    made: Mapping[str, Made],
    value: ValueDefinition | None = None,
) -> None:
    """Write everything of a run that is not a table."""
    documents: dict[str, Any] = {
        "ledger.json": ledger.as_json(),
        "features.json": {"features": [asdict(each) for each in features], "left_out": dict(left_out)},
        "findings.json": {"findings": [each.as_json() for each in findings]},
    }
    for name, each in made.items():
        documents[f"definitions/{name}.json"] = each.definition.signed()
        described = {segment.id: segment.meaning for segment in each.definition.segments}
        documents[f"facts/{name}.json"] = facts_file.as_json(each.profile, described)
        documents[f"words/{name}.json"] = words_file.as_json(each.narrative)
    if value is not None:
        documents[VALUE] = value.signed()
    for path, document in documents.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(pretty(document), encoding="utf-8")


def write_manifest(folder: Path, identity: Mapping[str, Any], run_id: str) -> None:
    """Write the manifest last: what the run is a function of, and the digest of every file."""
    manifest = {"schema": RUN_SCHEMA, "run_id": run_id, **identity, "files": file_digests(folder)}
    (folder / "manifest.json").write_text(pretty(manifest), encoding="utf-8")


def load(folder: Path) -> Study:
    """A saved run, its digests checked first. Raises RunDamaged where any file does not match."""
    manifest = verified(folder)
    catalogue = read_json(folder / "features.json")
    return Study(
        run_id=folder.name,
        path=folder,
        manifest=manifest,
        ledger=Ledger.from_json(read_json(folder / "ledger.json")),
        findings=tuple(Finding(**each) for each in read_json(folder / "findings.json")["findings"]),
        segmentations=tuple(_segmentation(folder, name) for name in manifest["definitions"]),
        features=tuple(
            Feature(**{**each, "kin": tuple(each.get("kin", ()))}) for each in catalogue["features"]
        ),
        left_out=catalogue["left_out"],
        value=read_json(folder / VALUE) if VALUE in manifest["files"] else None,
    )


def _segmentation(folder: Path, name: str) -> Segmentation:
    definition = read_json(folder / "definitions" / f"{name}.json")
    return Segmentation(
        name=name,
        method=definition["method"],
        version=definition["version"],
        digest=definition["digest"],
        definition=definition,
        profile=facts_file.from_json(read_json(folder / "facts" / f"{name}.json")),
        narrative=words_file.from_json(read_json(folder / "words" / f"{name}.json")),
    )


def left_out(study: Study) -> dict[str, str]:
    """The segmentations that the settings ask for and the study does not have, each with the reason."""
    made = {each.name for each in study.segmentations}
    asked = [name for name in study.manifest["settings"]["segmentations"] if name not in made]
    said = {finding.where: finding.what for finding in study.findings}
    return {name: said.get(f"segmentations.{name}", "") for name in asked}
