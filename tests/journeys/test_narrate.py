"""Words about segments from the command line: by rule, by a model on this machine, kept and made anew."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.shops import RFM_ALONE, contents, opened, studied

import regulars as rg
from regulars.app.narrate_command import show
from regulars.app.narrating import Asked, Narrated, narrate, overlaid
from regulars.app.workspace import Workspace
from regulars.errors import RegularsError, UsageError
from regulars.narrate.drafts import from_json
from regulars.settings import load


class Model(BaseHTTPRequestHandler):
    """A server that speaks as OpenAI does and writes harmless words in whatever form it is asked for."""

    def do_GET(self) -> None:
        self._answer({"object": "list", "data": [{"id": "told", "object": "model"}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(asked)
        said = json.dumps(_words(asked["response_format"]["json_schema"]["schema"]))
        choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
        answer = {"id": "a", "object": "chat.completion", "created": 0, "model": "told", "choices": [choice],
                  "usage": usage}  # fmt: skip
        self._answer(answer)

    def _answer(self, answer: dict) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _words(schema: dict) -> dict[str, str]:
    return {key: _said(key, field) for key, field in schema["properties"].items()}


def _said(key: str, field: dict) -> str:
    usual = {"advice": "Ask them what they need.", "hypothesis": "They may be buying for an office."}
    if "enum" in field:
        return field["enum"][0]
    return field.get("const", usual.get(key, "So we should listen to them."))


@pytest.fixture
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.asked = []
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/v1"


def narrated(*arguments: str | Path) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "regulars", "narrate", "--json", *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = opened(tmp_path_factory.mktemp("narrated"), settings_text=RFM_ALONE)
    studied(workspace)
    return workspace


FEW = ("--segment", "champions", "--segment", "lost")


def words_of(told: dict) -> list[str]:
    return [each["text"] for each in told["drafts"]]


def test_without_a_model_there_are_drafts_in_the_store_and_the_run_stays_as_it_is(shop: Workspace) -> None:
    before = contents(shop.runs)
    told = narrated("-w", shop.root)
    assert {each["kind"] for each in told["drafts"]} == {"profile", "persona"}
    assert all(each["is_new"] for each in told["drafts"])
    assert told["claims"]["asked"] == 0
    again = narrated("-w", shop.root)
    assert not any(each["is_new"] for each in again["drafts"])
    assert words_of(again) == words_of(told)
    assert contents(shop.runs) == before


def test_the_same_facts_and_prompts_give_the_same_text_from_the_cache(shop: Workspace, model) -> None:
    asked = ("rfm", "-w", shop.root, "--provider", address(model), "--write", "profile", *FEW)
    first = narrated(*asked)
    sent = len(model.asked)
    assert first["account"]["answered"] == sent > 0
    second = narrated(*asked)
    assert len(model.asked) == sent
    assert (second["account"]["answered"], second["account"]["from_cache"]) == (0, sent)
    assert words_of(second) == words_of(first)
    assert [each["digest"] for each in second["drafts"]] == [each["digest"] for each in first["drafts"]]
    for draft in first["drafts"]:
        for record in draft["records"]:
            assert {
                "provider",
                "model",
                "prompt",
                "prompt_digest",
                "facts_digest",
                "input_tokens",
            } <= record.keys()
            assert record["facts_digest"] == draft["facts_digest"]
            assert (record["provider"], record["input_tokens"], record["output_tokens"]) == (
                "compatible",
                7,
                5,
            )


def test_what_a_model_is_sent_holds_no_figure_and_no_name_of_the_data(shop: Workspace, model) -> None:
    narrated("rfm", "-w", shop.root, "--provider", address(model), "--audience", "analyst", *FEW)
    assert model.asked
    for asked in model.asked:
        said = "".join(each["content"] for each in asked["messages"])
        assert not re.search(r"\d|€|Corner|Champions|At Risk", said)


def test_figures_of_today_come_into_the_words_that_there_are(tmp_path: Path, model) -> None:
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE, last=200)
    studied(workspace)
    old = narrated("-w", workspace.root, "--provider", address(model), "--write", "profile")
    opened(tmp_path / "shop", settings_text=RFM_ALONE)
    studied(workspace)
    sent = len(model.asked)
    new = narrated("-w", workspace.root, "--refresh", "--write", "profile")
    assert len(model.asked) == sent
    assert new["run_id"] != old["run_id"]
    before, after = (
        {each["segment_id"]: from_json(_plain(each)) for each in told["drafts"]} for told in (old, new)
    )
    both = [
        name
        for name in before
        if name in after and after[name].claim("advice") and before[name].claim("advice")
    ]
    assert both
    for name in both:
        assert after[name].claim("advice").words == "Ask them what they need."
        assert after[name].claim("advice").source == "model"
        assert [each["model"] for each in after[name].records] == [
            each["model"] for each in before[name].records
        ]
    assert any(before[name].text != after[name].text for name in both)


def _plain(draft: dict) -> dict:
    return {name: value for name, value in draft.items() if name not in {"record_id", "version", "is_new"}}


def test_options_that_cannot_be_are_named(shop: Workspace) -> None:
    for arguments, said in (
        (("nothing",), "rfm"),
        (("--segment", "champion"), "champions"),
        (("--audience", "king"), "executive"),
        (("--refresh", "--provider", "template"), "--refresh"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "regulars", "narrate", "-w", str(shop.root), *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert said in done.stderr


def test_a_notebook_shows_the_drafts(shop: Workspace) -> None:
    told = rg.drafts("rfm", workspace=shop.root, segments=["champions"])
    assert told.drafts[0].text.startswith("Name: Champions")
    assert "Drafts" in told._repr_html_()


def told_by(
    workspace: Workspace, said: dict | None = None, *, provider: str | None = None, **asked: object
) -> Narrated:
    """What ``narrate`` tells within this process."""
    chosen = load(workspace.settings)
    choices = overlaid(chosen.narration, provider, **(said or {}))
    return narrate(chosen.model_copy(update={"narration": choices}), workspace, Asked(**asked))


def test_a_store_that_is_damaged_is_told_of_before_anything_is_asked(tmp_path: Path, model) -> None:
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE)
    studied(workspace)
    workspace.store.write_text("not a database", encoding="utf-8")
    with pytest.raises(RegularsError, match="not a database of SQLite's"):
        told_by(workspace, provider=address(model), segments=("lost",))
    assert model.asked == []


def test_a_refresh_takes_texts_for_the_same_readers_and_writes_no_others(tmp_path: Path, model) -> None:
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE)
    studied(workspace)
    one = {"segments": ("champions",)}
    nothing = told_by(workspace, refresh=True)
    assert nothing.drafts == ()
    assert "nothing was there to refresh" in nothing.findings[0].what
    old = told_by(workspace, {"write": ("profile", "profile")}, provider=address(model), **one)
    assert len(old.drafts) == 1
    assert old.provider == "compatible told at 127.0.0.1"
    other = told_by(workspace, {"audience": "analyst", "write": ("profile",)}, **one)
    assert other.kept[0].version == old.kept[0].version + 1
    fresh = told_by(workspace, refresh=True)
    assert [(each.segment_id, each.kind) for each in fresh.drafts] == [("champions", "profile")]
    assert fresh.drafts[0].claim("advice").source == "model"
    assert fresh.findings == ()
    assert told_by(workspace, {"audience": "analyst"}, refresh=True).drafts[0].is_by_model is False
    assert told_by(workspace, {"length": "long"}, refresh=True).drafts == ()


def test_the_terminal_marks_the_words_of_a_model_and_counts_in_english(
    shop: Workspace, model, capsys
) -> None:
    asked = {"segments": ("champions",), "write": ("profile",), "audience": None, "length": None, "run": None}
    show(shop.root, "rfm", provider=address(model), refresh=False, json=False, **asked)
    told = capsys.readouterr()
    assert re.search(r"Advice: Ask them what they need\. \[model\]", told.out)
    assert not re.search(r"\(by rule.*\[model\]", told.out)
    assert "asked of compatible told at 127.0.0.1" in told.err
    assert "1 draft is in the store" in told.err


def test_without_a_run_the_next_command_is_about_the_same_workspace(tmp_path: Path) -> None:
    workspace = opened(tmp_path / "my shop", settings_text=RFM_ALONE)
    with pytest.raises(UsageError) as caught:
        told_by(workspace)
    assert caught.value.next_command == f"regulars run -w '{workspace.root}'"
