"""A model of 1.5 billion parameters writes a hundred narratives: real orders, and two generated companies.

``REGULARS_NARRATIVES`` asks for fewer of them: four take some minutes, a hundred an hour or more.
"""

from __future__ import annotations

import os
from itertools import chain, zip_longest
from typing import NamedTuple

import pytest
from tests.narrate.narratives import (
    aloud,
    by_role,
    differing_figures,
    false_claims,
    in_words,
    missing_drafts,
    segmentations,
    shown,
    summed,
    told,
)  # fmt: skip
from tests.shops import contents, studied

from regulars.app import demo
from regulars.app.workspace import Workspace

NARRATIVES = int(os.environ.get("REGULARS_NARRATIVES", "100"))
KEPT_SHARE = 0.6
PATIENCE = {"request_seconds": 900, "deadline_seconds": 86_400, "max_tokens": 700}

pytestmark = pytest.mark.soak


class Batch(NamedTuple):
    """What is written in one go: one kind of text about some segments, for one audience."""

    workspace: Workspace
    segmentation: str
    kind: str
    audience: str
    segments: tuple[str, ...]


def batches(workspaces: list[Workspace], most: int) -> list[Batch]:
    """As many narratives as are asked for, of all segments and kinds before another audience's turn comes."""
    every = []
    for audience in ("executive", "marketing"):
        queues = [
            [(workspace, name, kind, audience, segment) for segment in shown(workspace, name)]
            for kind in ("profile", "persona")
            for workspace in workspaces
            for name in segmentations(workspace)
        ]
        # One of each in turn, so that a few narratives are of several sorts.
        every += [each for each in chain.from_iterable(zip_longest(*queues)) if each is not None]
    chosen = every[:most]
    assert len(chosen) == most, f"only {len(every)} narratives can be written of these companies"
    sorts = dict.fromkeys(each[:4] for each in chosen)
    return [Batch(*sort, tuple(each[4] for each in chosen if each[:4] == sort)) for sort in sorts]


def test_a_larger_model_keeps_most_of_its_words_and_none_that_are_false(
    large_model: str, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    workspaces = [demo.lay_out(tmp_path_factory.mktemp(data), data) for data in demo.CHOICES]
    for workspace in workspaces:
        studied(workspace)
    before = [contents(each.root / "runs") for each in workspaces]
    founds, wrong, lost = [], [], 0
    for batch in batches(workspaces, NARRATIVES):
        found = told(
            batch.workspace, large_model, batch.segmentation, batch.segments,
            write=(batch.kind,), audience=batch.audience, **PATIENCE,
        )  # fmt: skip
        founds.append(found)
        wrong += differing_figures(found, batch.workspace) + false_claims(found, batch.workspace)
        lost += missing_drafts(found, batch.workspace)
        with capsys.disabled():
            what = f"{batch.workspace.root.name} {batch.segmentation}, {len(batch.segments)} {batch.kind}s"
            aloud(f"{what}: {in_words(found.tally)}")
    counts = summed(founds)
    with capsys.disabled():
        aloud(f"{by_role(founds)}\n{in_words(counts)}")
    assert sum(len(found.drafts) for found in founds) == NARRATIVES
    assert wrong == []
    assert lost == 0
    assert [contents(each.root / "runs") for each in workspaces] == before
    assert (counts.kept + counts.retried) / counts.asked >= KEPT_SHARE
