"""A model of 135 million parameters writes five narratives: proof of wire and fallback, not of wit."""

from __future__ import annotations

import pytest
import yaml
from tests.narrate.narratives import (
    aloud,
    differing_figures,
    false_claims,
    in_words,
    missing_drafts,
    shown,
    told,
)
from tests.shops import TODAY, contents

from regulars import settings as chosen
from regulars.app import demo
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace

FIVE = 5


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo's orders, segmented by RFM."""
    workspace = demo.lay_out(tmp_path_factory.mktemp("bundled"))
    settings = yaml.safe_load(workspace.settings.read_text("utf-8"))
    settings["segmentations"] = {"rfm": {"method": "rfm"}}
    workspace.settings.write_text(yaml.safe_dump(settings), encoding="utf-8")
    run(chosen.load(workspace.settings), workspace, Asked(today=TODAY))
    return workspace


def test_five_narratives_hold_whatever_a_small_model_writes(
    small_model: str, bundled: Workspace, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = contents(bundled.root / "runs")
    segments = shown(bundled, "rfm")[:FIVE]
    found = told(bundled, small_model, "rfm", segments, write=("profile",), length="short", max_tokens=300)
    counts = found.tally
    with capsys.disabled():
        aloud(f"A small model: {in_words(counts)}")
    assert {draft.segment_id for draft in found.drafts} == set(segments)
    assert found.account["answered"] >= FIVE
    assert counts.asked > FIVE * 4
    assert counts.kept + counts.retried > 0
    assert all(draft.records for draft in found.drafts)
    assert "not sent" not in caplog.text
    assert differing_figures(found, bundled) == []
    assert false_claims(found, bundled) == []
    assert missing_drafts(found, bundled) == 0
    assert contents(bundled.root / "runs") == before
