"""The store of a workspace: beside the runs, never in them, and told by doctor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.postgres import Postgres
from tests.review.texts import NOON
from tests.shops import RFM_ALONE, contents, opened, studied

from regulars.app import drafts_kept
from regulars.app.shown import doctor
from regulars.app.workspace import Workspace
from regulars.documents import digest_of
from regulars.errors import StoreDamaged
from regulars.profile.facts_file import as_json
from regulars.review.record import Generation, NewRecord, Words
from regulars.settings import load
from regulars.types import Study


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Study]:
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=RFM_ALONE)
    return workspace, studied(workspace).study


def draft(study: Study, says: str = "These customers come every week.") -> NewRecord:
    (segmentation,) = study.segmentations
    sha256 = digest_of(as_json(segmentation.profile))
    segment = segmentation.profile.segments[0].id
    return NewRecord(
        words=Words(
            kind="profile", segmentation=segmentation.name, segment_id=segment, audience="internal", text=says
        ),
        facts=drafts_kept.facts_of(study, segmentation, sha256),
        generation=Generation(engine="template"), actor="regulars narrate", at=NOON,
    )  # fmt: skip


def test_words_go_to_the_store_and_leave_the_run_as_it_is(shop: tuple[Workspace, Study]) -> None:
    workspace, study = shop
    before = contents(workspace.runs)
    assert drafts_kept.drafts(workspace, None) == []
    assert not workspace.store.exists()
    with drafts_kept.opened(workspace, load(workspace.settings)) as store:
        kept = store.add(draft(study))
    assert workspace.store.exists()
    assert contents(workspace.runs) == before
    (found,) = drafts_kept.drafts(workspace, None, run_id=study.run_id)
    assert found.record_id == kept.record_id
    assert drafts_kept.drafts(workspace, None, run_id="another") == []
    assert drafts_kept.standing(workspace)[0].endswith(
        f"store.db: whole; records: 1, events: 1, head: 1:{found.events[-1].event_sha256}"
    )


def test_a_record_names_its_facts_by_what_the_run_says_of_them(shop: tuple[Workspace, Study]) -> None:
    workspace, study = shop
    facts = draft(study).facts
    saved = json.loads((workspace.run(study.run_id) / "facts" / "rfm.json").read_text("utf-8"))
    hidden = [
        name
        for name, group in {"overall": saved["overall"], **saved["segments"]}.items()
        for metric, value in group["metrics"].items()
        if value is None and saved["notes"][f"{name}.{metric}"].startswith("not shown")
    ]
    assert facts.suppressed_cells == len(hidden) > 0
    assert facts.min_cohort == 11
    assert facts.segmentation_run == study.run_id
    assert facts.schema_ == saved["schema"]
    assert facts.as_json()["period"] == saved["period"]
    assert facts.as_of.isoformat() == saved["as_of"]


def test_where_the_store_is_is_no_part_of_what_a_run_is_named_for(
    shop: tuple[Workspace, Study], tmp_path: Path
) -> None:
    elsewhere = RFM_ALONE + "store: postgresql://shop@db.example/regulars\n"
    assert studied(opened(tmp_path, settings_text=elsewhere)).study.run_id == shop[1].run_id


def test_doctor_tells_of_a_store_that_is_not_there_is_damaged_or_cannot_be_reached(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert drafts_kept.standing(workspace) == (
        "none yet: it is made with the first words that are kept",
        False,
    )
    assert not workspace.store.exists()
    workspace.store.write_text("no database")
    assert "not a database of SQLite's" in drafts_kept.standing(workspace)[0]
    workspace.settings.write_text(RFM_ALONE + f"store: postgresql://shop@/x?host={tmp_path}\n")
    assert "its server does not answer" in drafts_kept.standing(workspace)[0]


def test_doctor_names_the_first_fault(shop: tuple[Workspace, Study], tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with drafts_kept.opened(workspace, None) as store:
        store.add(draft(shop[1]))
    content = workspace.store.read_bytes()
    workspace.store.write_bytes(content.replace(b"come every week", b"come every year"))
    told, is_damaged = drafts_kept.standing(workspace)
    assert is_damaged
    with pytest.raises(StoreDamaged, match="store: not as written"):
        doctor(tmp_path, ask_model=False, json=True)
    assert told.startswith("store, record ")
    assert "it was altered: its digest is of another record. Restore the store from a backup" in told


def test_the_store_may_be_a_database(
    shop: tuple[Workspace, Study], tmp_path: Path, postgres: Postgres
) -> None:
    workspace = Workspace(tmp_path)
    workspace.settings.write_text(RFM_ALONE + f"store: {postgres.schema('store_of_a_shop')}\n")
    settings = load(workspace.settings)
    with drafts_kept.opened(workspace, settings) as store:
        store.add(draft(shop[1]))
    assert len(drafts_kept.drafts(workspace, settings, run_id=shop[1].run_id)) == 1
    assert "postgresql://shop@/postgres?" in drafts_kept.standing(workspace)[0]
    assert not workspace.store.exists()
