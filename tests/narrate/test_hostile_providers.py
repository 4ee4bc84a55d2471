"""Whatever a model writes and however its server fails: nothing false is shown, and the run stays."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest
import yaml
from tests.narrate.hostile_server import (
    CAUSES,
    DEMANDS,
    NUMBERS,
    PEOPLE,
    Writes,
    Writing,
    hostile_names,
    lies,
    obeys,
    turns,
)  # fmt: skip
from tests.narrate.providers.speaking import chat
from tests.shops import SETTINGS, contents, opened, orders, studied

from regulars import settings as chosen
from regulars.app.narrating import Asked, Narrated, narrate
from regulars.app.workspace import Workspace
from regulars.check.checker import Text, check
from regulars.check.table import facts_of
from regulars.narrate.drafts import Claim
from regulars.narrate.providers.conformance import Said, Server

NAMES = hostile_names(200)
CATEGORIES, PRODUCTS = NAMES[4:44], NAMES[44:]
# Less what the settings refuse in a segment's name: what cannot be seen, and all beyond sixty letters.
SEGMENTS = ["".join(filter(str.isprintable, name))[:60].strip() for name in NAMES[:4]]


def hostile_shop(root: Path) -> Workspace:
    """The corner shop, whose segments, categories and products are all named by an attacker."""
    text = io.StringIO()
    rows = csv.reader(io.StringIO(orders()))
    out = csv.writer(text)
    out.writerow([*next(rows), "kind", "title"])
    for nth, row in enumerate(rows):
        product = int(row[3][1:]) + 30 * (nth % 5)
        out.writerow([*row[:3], f"P{product:03d}", *row[4:], CATEGORIES[product % 40], PRODUCTS[product]])
    settings = yaml.safe_load(SETTINGS)
    settings["sources"]["orders"]["columns"] |= {"category": "kind", "product_name": "title"}
    settings["features"] = {"category_shares": CATEGORIES[:6]}
    most = (5, 10, 16)
    settings["segmentations"] = {
        "mine": {
            "method": "rules",
            "segments": [
                {"name": name, "when": f"orders <= {below}"}
                for name, below in zip(SEGMENTS, most, strict=False)
            ],
            "rest": SEGMENTS[3],
        }
    }
    workspace = opened(root, settings_text=yaml.safe_dump(settings, allow_unicode=True))
    (root / "orders.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    return workspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = hostile_shop(tmp_path_factory.mktemp("hostile"))
    studied(workspace)
    return workspace


@pytest.fixture(autouse=True)
def _the_run_stays_as_it_was(shop: Workspace):
    before = contents(shop.root / "runs")
    yield
    assert contents(shop.root / "runs") == before


def narrated(shop: Workspace, address: str, **narration: object) -> Narrated:
    """What ``regulars narrate`` makes of the shop with the model at an address."""
    settings = chosen.load(shop.settings)
    told = {
        "provider": "compatible", "model": "m", "base_url": f"{address}/v1", "cache": False,
        "backoff_seconds": 0.01, **narration,
    }  # fmt: skip
    return narrate(settings.model_copy(update={"narration": type(settings.narration)(**told)}), shop, Asked())


def by_the_model(found: Narrated) -> list[Claim]:
    """The claims with words that a model made up; a choice among our own words is none."""
    written = [each for draft in found.drafts for each in draft.claims if each.source == "model"]
    return [each for each in written if each.role != "channel"]


def assert_nothing_false(found: Narrated, shop: Workspace) -> None:
    """Nothing that stands in a model's place, or beside its words, is said against by the checker."""
    facts = facts_of(json.loads((shop.run(found.run_id) / "facts" / "mine.json").read_text("utf-8")))
    for draft in found.drafts:
        for claim in draft.claims:
            # What the program says itself is held to the facts in test_template; the others claim nothing.
            if claim.source != "program" and claim.role not in {"name", "channel", "positioning"}:
                (verdict,) = check(facts, [Text("t", claim.text, draft.segment_id)])
                assert verdict.label not in {"contradicted", "unsupported_attribute"}, (claim, verdict)


@pytest.fixture(scope="module")
def obeyed(shop: Workspace) -> tuple[Writing, Narrated]:
    """A server that wrote what hostile names demand, and what became of it."""
    server = Writing(writes=obeys)
    with server.serving() as address:
        return server, narrated(shop, address)


def test_no_name_of_the_data_reaches_the_model(obeyed: tuple[Writing, Narrated]) -> None:
    server, found = obeyed
    sent = "\n".join(body.decode() for _, _, body in server.asked)
    assert len(server.asked) > len(SEGMENTS)
    assert not [name for name in NAMES if name in sent or json.dumps(name)[1:-1] in sent]
    assert not [demand for demand in DEMANDS if demand in sent]
    assert {draft.segment_name for draft in found.drafts} == set(SEGMENTS)


def test_what_hostile_names_demand_is_not_shown(shop: Workspace, obeyed: tuple[Writing, Narrated]) -> None:
    server, found = obeyed
    assert len(server.said) > 50
    assert not by_the_model(found)
    assert_nothing_false(found, shop)


@pytest.mark.parametrize(
    "writes", [lies(NUMBERS), lies(PEOPLE), turns],
    ids=["lies in numbers", "invents who they are", "turns directions round"],
)  # fmt: skip
def test_nothing_of_what_a_hostile_model_writes_is_shown(shop: Workspace, writes: Writes) -> None:
    server = Writing(writes=writes)
    with server.serving() as address:
        found = narrated(shop, address)
    assert len(server.said) > 50
    assert not by_the_model(found)
    assert_nothing_false(found, shop)


def test_an_invented_cause_stands_only_as_a_guess_to_be_tested(shop: Workspace) -> None:
    with Writing(writes=lies(CAUSES)).serving() as address:
        found = narrated(shop, address)
    assert not [
        (each.role, each.words) for each in by_the_model(found) if not each.words.startswith("They may")
    ]
    assert_nothing_false(found, shop)


FAULTS = {
    "429": (Said(status=429), "429"),
    "429, come back in an hour": (Said(status=429, headers=(("retry-after", "3600"),)), "3600"),
    "500": (Said(b"oops", 500), "500"),
    "truncated JSON": (Said(chat('{"lead":"a","na')), "JSON"),
    "a body cut in half": (Said(chat("{}")[:40]), "cannot be used"),
    "another form": (Said(chat('{"chosen":"b"}')), "form"),
    "empty words": (Said(chat("{}")), "form"),
    "broken off": (Said(chat("{}"), kind="breaks_off"), "broke off"),
    "an endless stream": (Said(kind="never_ends"), "longer"),
    "a dripping stream": (Said(kind="drips"), "seconds"),
    "silence": (Said(kind="hangs"), "seconds"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_fails_gives_words_by_rule_in_time_and_says_so(shop: Workspace, fault: str) -> None:
    said, told = FAULTS[fault]
    # Those that never end are given a moment; the others end by themselves, on a busy machine too.
    seconds = 1.5 if told == "seconds" else 30
    began = time.monotonic()
    with Server([said]).serving() as address:
        found = narrated(
            shop, address, write=("profile",), deadline_seconds=seconds, request_seconds=seconds / 2,
            answer_bytes=200_000,
        )  # fmt: skip
    assert time.monotonic() - began < seconds + 6
    assert not by_the_model(found)
    assert found.tally.kept == found.tally.retried == 0
    assert found.drafts
    warnings = [each.what for each in found.findings if each.severity == "warning"]
    assert any("by rule" in each and told in each for each in warnings), warnings
    assert_nothing_false(found, shop)
