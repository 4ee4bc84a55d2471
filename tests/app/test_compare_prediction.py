"""Predictive power of a run's segmentations: a study cut in time, and what the section says of it."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests import cdnow
from tests.shops import SETTINGS, TODAY, opened, orders, studied

from regulars import settings as chosen
from regulars.app import saved
from regulars.app.compare_prediction import section
from regulars.app.compared import Compared
from regulars.app.prediction_cut import customers_of_cut
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.segment.definition import Definition
from regulars.validate.prediction import Customers, Cut

CUT = date(2024, 8, 12)
PLAIN = SETTINGS + "value: {model: none}\n"
RFM_ALONE = PLAIN + "segmentations: {rfm: {method: rfm}}\n"
ASKED_TO = PLAIN + (
    "segmentations:\n"
    "  rfm: {method: rfm}\n"
    "  behaviour: {method: kmeans, k: 3, features: [items_per_order, gap_days, product_variety]}\n"
    "  newcomer: {method: model, of: rfm, features: [evening_share, items_per_order], sample: 1000}\n"
)


def compared(workspace: Workspace, name: str, run_id: str | None = None) -> Compared:
    """What ``compare`` hands to the section, for the run of the newest day."""
    study = saved.load(workspace.run(run_id or workspace.run_ids()[-1]))
    (own,) = (each for each in study.segmentations if each.name == name)
    asked = Asked(today=TODAY, as_of=date.fromisoformat(study.manifest["as_of"]))
    return Compared(
        name, Definition.from_json(own.definition), (), None, study, Engine(),
        chosen.load(workspace.settings), workspace, asked,
    )  # fmt: skip


def cut_of(workspace: Workspace, name: str) -> tuple[Customers, Cut]:
    return customers_of_cut(compared(workspace, name))


def shop(root: Path, text: str = ASKED_TO, lines: str | None = None) -> Workspace:
    workspace = opened(root, settings_text=text)
    if lines is not None:
        (root / "orders.csv").write_text(lines, encoding="utf-8")
    studied(workspace)
    return workspace


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A run of the newest day; the tests only read it."""
    return shop(tmp_path_factory.mktemp("shop"))


def otherwise() -> str:
    """The same orders up to the cut; after it they are other customers', dearer, and many are gone."""
    head, *rows = orders().splitlines()
    chance = random.Random("otherwise")
    kept = [each for each in rows if each.split(",")[2][:10] <= CUT.isoformat()]
    later = [each.split(",") for each in rows if each.split(",")[2][:10] > CUT.isoformat()]
    moved = [
        ",".join([f"K{chance.randrange(260):04d}", f"X{at}", *row[2:4], "3", "77.00"])
        for at, row in enumerate(later)
        if at % 3 or row[2] == max(each[2] for each in later)
    ]
    return "\n".join([head, *moved, *kept]) + "\n"


def grouped(segment: np.ndarray) -> list[int]:
    """Who is with whom: groups by the order in which they come."""
    first: dict[int, int] = {}
    return [first.setdefault(int(each), len(first)) for each in segment]


@pytest.fixture(scope="module")
def ran_otherwise(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same shop, of whose customers another future came."""
    return shop(tmp_path_factory.mktemp("otherwise"), lines=otherwise())


@pytest.mark.parametrize("name", ["rfm", "behaviour", "newcomer"])
def test_what_comes_after_the_cut_moves_no_feature_and_no_segment(ran, ran_otherwise, name: str):
    before, cut = cut_of(ran, name)
    assert cut.day == CUT
    assert cut.is_refit
    after, other = cut_of(ran_otherwise, name)
    assert (other.day, other.customers) == (cut.day, cut.customers)
    assert grouped(after.segment) == grouped(before.segment)
    assert len(set(grouped(before.segment))) > 1
    for was, now in zip(before.bands, after.bands, strict=True):
        assert was.tolist() == now.tolist()
    assert before.was_active.tolist() == after.was_active.tolist()
    assert before.bought.tolist() != after.bought.tolist()


def test_a_definition_that_was_fitted_by_the_cut_is_tried_as_it_is(tmp_path):
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    studied(workspace, as_of=date(2024, 7, 31))
    studied(workspace)
    _, cut = cut_of(workspace, "rfm")
    assert not cut.is_refit
    assert cut.pinned_on == date(2024, 7, 31)


def test_outcomes_are_those_of_the_days_after_the_cut_by_hand(ran):
    customers, cut = cut_of(ran, "rfm")
    spent: dict[str, float] = {}
    bought: set[str] = set()
    known: set[str] = set()
    for row in orders().splitlines()[1:]:
        client, _, when, _, quantity, price = row.split(",")
        if when[:10] <= CUT.isoformat():
            known |= {client} if float(quantity) > 0 else set()
        else:
            spent[client] = spent.get(client, 0.0) + float(quantity) * float(price)
            bought |= {client} if float(quantity) > 0 else set()
    assert len(customers) == cut.customers == len(known)
    assert customers.bought.sum() == len(bought & known)
    assert customers.revenue.sum() == pytest.approx(sum(spent.get(each, 0.0) for each in known))


def test_days_held_out_are_a_setting(ran, tmp_path):
    asked = compared(ran, "rfm")
    ahead = asked.settings.validation.model_copy(
        update={"prediction": asked.settings.validation.prediction.model_copy(update={"horizon_days": 30})}
    )
    _, cut = customers_of_cut(
        replace(asked, settings=asked.settings.model_copy(update={"validation": ahead}))
    )
    assert (cut.upto - cut.day).days == cut.days == 30


def test_the_section_says_what_it_found_and_holds_it_all(ran):
    found = section(compared(ran, "rfm"))
    document = found.document
    assert found.answer is not None
    assert document["is_measured"]
    assert document["cut"] == CUT.isoformat()
    assert document["headline"].startswith("Foretelling the next ")
    assert "the same recipe was fitted anew as of the cut" in document["words"][1]
    assert set(document["outcomes"]["repeat"]["measures"]) == {"auc", "brier", "top_fifth"}
    assert json.loads(json.dumps(document)) == document


def test_the_order_of_the_rows_changes_no_byte_of_the_answer(ran, tmp_path):
    head, *rows = orders().splitlines()
    turned = shop(tmp_path, RFM_ALONE, "\n".join([head, *rows[::-1]]) + "\n")
    found = [section(compared(each, "rfm")).document for each in (ran, turned)]
    assert json.dumps(found[0]) == json.dumps(found[1])


@pytest.mark.parametrize(
    ("lines", "text", "said"),
    [
        (orders() + "K0000,late,2024-10-26 09:00:00,P01,1,5.00\n", ASKED_TO, "The sources have changed"),
        (None, ASKED_TO + "cleaning: {returns: set_aside}\n", "The settings are not those of the run"),
        (None, ASKED_TO.replace("path: orders.csv", "path: gone.csv"), "No such file"),
    ],
)  # fmt: skip
def test_what_is_not_what_the_run_was_made_of_is_not_measured(ran, tmp_path, lines, text, said):
    workspace = Workspace(shutil.copytree(ran.root, tmp_path / "copy"))
    workspace.settings.write_text(text, encoding="utf-8")
    if lines:
        (workspace.root / "orders.csv").write_text(lines, encoding="utf-8")
    found = section(compared(workspace, "rfm"))
    assert found.answer is None
    assert found.document["is_measured"] is False
    assert said in found.document["words"][0]


CUSTOMERS = """\
  customers:
    path: customers.csv
    columns: {customer: who}
    attributes: {plan: plan}
"""


def test_labels_of_no_known_day_prove_nothing(tmp_path):
    text = (
        SETTINGS
        + CUSTOMERS
        + "value: {model: none}\nsegmentations: {plans: {method: labels, column: plan}}\n"
    )
    plans = [f"K{each:04d},{'gold' if each % 5 else 'basic'}" for each in range(200)]
    (tmp_path / "customers.csv").write_text("\n".join(["who,plan", *plans]) + "\n", encoding="utf-8")
    workspace = shop(tmp_path, text)
    _, cut = cut_of(workspace, "plans")
    assert not cut.is_dated
    (doubt,) = cut.findings
    assert "plan may tell what came after 2024-08-12" in doubt.what
    assert "known_on" in doubt.remedy


def test_tiers_of_predicted_value_are_tried_with_a_value_model_of_the_cut(tmp_path):
    workspace = shop(tmp_path, cdnow.settings("segmentations: {tiers: {method: tiers}}"))
    customers, cut = cut_of(workspace, "tiers")
    study = saved.load(workspace.run(workspace.run_ids()[-1]))
    assert study.segmentations[0].definition["rule"]["rules"][0]["when"]["feature"] == "predicted_value"
    assert cut.is_refit
    assert len(np.unique(customers.segment)) == len(cut.segments) == 4
    by_tier = [customers.revenue[customers.segment == at].mean() for at in range(4)]
    assert by_tier == sorted(by_tier, reverse=True)
    assert len(list((tmp_path / "value").glob("*.json"))) == 1, "the trial pins nothing"
