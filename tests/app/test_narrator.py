"""Who writes the words of a study: what doctor tells of it, and what it sends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.narrate.providers.speaking import chat

from regulars.app import narrator
from regulars.app.workspace import Workspace
from regulars.errors import SettingsError
from regulars.narrate.providers.conformance import SECRET, TEXT, Said, Server, question
from regulars.narration_settings import NarrationChoices

LISTED = Said(json.dumps({"data": [{"id": "qwen"}, {"id": "other"}]}).encode())


def standing(tmp_path: Path, environment: dict[str, str] | None = None, *, ask: bool = False, **narration):
    return narrator.standing(NarrationChoices(**narration), Workspace(tmp_path), environment or {}, ask=ask)


def test_doctor_tells_of_every_provider_and_sends_nothing(tmp_path: Path) -> None:
    server = Server([LISTED])
    with server.serving() as address:
        told = standing(
            tmp_path,
            {"ANTHROPIC_API_KEY": SECRET},
            provider="compatible",
            model="qwen",
            base_url=f"{address}/v1",
        )
    assert told["chosen"].startswith(f"compatible qwen at {address}/v1: ready; not asked")
    assert told["anthropic"] == "installed; its key is in ANTHROPIC_API_KEY"
    assert told["openai"] == "installed; its key is looked for in OPENAI_API_KEY"
    assert server.asked == []
    assert SECRET not in repr(told)


def test_doctor_asks_for_the_list_of_models_where_it_is_told_to(tmp_path: Path) -> None:
    server = Server([LISTED])
    with server.serving() as address:
        chosen = {"provider": "compatible", "base_url": f"{address}/v1", "key_variable": "OURS"}
        there = standing(tmp_path, {"OURS": SECRET}, ask=True, model="qwen", **chosen)
        absent = standing(tmp_path, {"OURS": SECRET}, ask=True, model="gone", **chosen)
    assert there["chosen"].endswith("answers, and takes the key")
    assert absent["chosen"].endswith("; it lists 2 models, not this one")
    assert [(path, body) for path, _, body in server.asked] == [("/v1/models", b"")] * 2


def test_doctor_tells_what_is_lacking(tmp_path: Path) -> None:
    assert (
        "there is no key for it. Set OPENAI_API_KEY"
        in standing(tmp_path, provider="openai", model="m")["chosen"]
    )
    with Server([Said(b"{}", 401)]).serving() as address:
        told = standing(tmp_path, ask=True, provider="compatible", model="m", base_url=address)
    assert "the key is not accepted (401)" in told["chosen"]
    assert "no model is asked" in standing(tmp_path)["chosen"]


def test_a_line_takes_its_key_from_the_secrets_file_of_the_workspace_and_keeps_answers_there(
    tmp_path: Path,
) -> None:
    (tmp_path / "keys.env").write_text(f"REGULARS_MODEL_KEY={SECRET}\n")
    (tmp_path / "keys.env").chmod(0o600)
    server = Server([Said(chat(TEXT))])
    with server.serving() as address:
        narration = NarrationChoices(provider="compatible", model="m", base_url=address, secrets="keys.env")
        for _ in range(2):
            asked = narrator.line(narration, Workspace(tmp_path), {}, before_send=lambda _: None)
            assert asked.ask(question()).text == TEXT
    ((_, headers, _),) = server.asked
    assert headers["authorization"] == f"Bearer {SECRET}"
    (kept,) = (tmp_path / "narration" / "cache").rglob("*.json")
    assert SECRET not in kept.read_text()
    (tmp_path / "keys.env").chmod(0o644)
    with pytest.raises(SettingsError, match="others may read it"):
        narrator.line(narration, Workspace(tmp_path), {}, before_send=lambda _: None)


def test_the_template_needs_no_line(tmp_path: Path) -> None:
    assert narrator.line(NarrationChoices(), Workspace(tmp_path), {}, before_send=lambda _: None) is None


def test_the_command_shows_a_line_for_each_provider(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    shown = subprocess.run(
        [sys.executable, "-m", "regulars", "doctor", "-w", str(tmp_path)],
        capture_output=True, text=True, check=True, env=clean,
    ).stdout  # fmt: skip
    assert "narration chosen: template: sentences by rule" in shown
    assert "narration anthropic: installed" in shown
