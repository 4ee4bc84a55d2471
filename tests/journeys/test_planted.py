"""Planted personal data and keys: a study and its narration, and none of them where they must not be."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path

import pytest
from tests.narrate.providers.speaking import chat
from tests.narrate.tellers import harmless
from tests.narrate.test_gate import told
from tests.shops import TODAY, contents, orders

from regulars import settings as chosen
from regulars.app import narrating, narrator, study
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import ModelFailed
from regulars.narrate.providers.conformance import Said, Server, question
from regulars.narrate.providers.request import Request

KEY = "sk-planted-Key0123456789abcdef"
OTHER_KEY = "sk-planted-for-another-0123456789"
PASSWORD = "Planted2026!"
CUSTOMERS = (
    "eva{n}@planted.example",
    "+44 20 7946 0{n:03}",
    "GB29NWBK601613319268{n:02}",
    "4111 1111 1111 {n:04}",
)
"""How customer ids look; n counts."""
MARKS = ("@planted.example", "+44 20 7946 0", "GB29NWBK6016", "4111 1111 1111")
NAMES = (
    "call 020 7946 0958 for mugs",
    "otto@catalogue.example",
    "NL91 ABNA 0417 1643 00",
    "Jugs 5555 5555 5555 4444",
)
"""What the shop calls its categories."""
SETTINGS = f"""\
schema: regulars/1
name: Corner shop
currency: EUR
timezone: Europe/Paris
# Ask owner@planted.example; password: {PASSWORD}
sources:
  orders:
    path: "orders of eva1@planted.example.csv"
    date_format: "%Y-%m-%d %H:%M:%S"
    columns:
      {{customer: client, order: order, time: when, product: product, quantity: quantity, unit_price: price}}
  products:
    path: products.csv
    columns: {{product: product, category: category}}
features: {{category_shares: ["{NAMES[0]}", "{NAMES[1]}"]}}
segmentations: {{rfm: {{method: rfm}}, mix: {{method: kmeans, k: 3}}}}
"""


class Obeys(Server):
    """A server that writes harmless words in the form that is asked for."""

    def _answer(self, handler) -> None:
        self.script = [Said(b"{}")]
        reads = handler.rfile.read

        def read(size: int) -> bytes:
            body = reads(size)
            sent = json.loads(body)
            form = sent["response_format"]["json_schema"]["schema"]
            said = type(
                "Asked",
                (),
                {"schema": form, "messages": [type("M", (), {"text": sent["messages"][-1]["content"]})]},
            )
            self.script[0] = Said(chat(json.dumps(harmless(said))))
            return body

        handler.rfile.read = read
        super()._answer(handler)


def customer(client: str) -> str:
    number = int(client[1:])
    return CUSTOMERS[number % len(CUSTOMERS)].format(
        n=number % 100 if number % len(CUSTOMERS) == 2 else number
    )


def planted(root: Path) -> Workspace:
    """A shop whose customers are addresses, numbers and accounts, and whose files are strewn with keys."""
    head, *lines = orders(customers=120).splitlines()
    rows = [",".join((customer(line.split(",")[0]), *line.split(",")[1:])) for line in lines]
    # Rows that are set aside are told with examples.
    rows += [f"eva999@planted.example,X{n},not a day,P01,1,1.00" for n in range(3)]
    (root / "orders of eva1@planted.example.csv").write_text("\n".join([head, *rows]) + "\n")
    products = [f"P{n:02},{NAMES[n % len(NAMES)]}" for n in range(30)]
    (root / "products.csv").write_text("\n".join(["product,category", *products]) + "\n")
    (root / "regulars.yaml").write_text(SETTINGS)
    (root / "keys.env").write_text(f"OURS={KEY}\nTHEIRS={OTHER_KEY}\n")
    (root / "keys.env").chmod(0o600)
    return Workspace(root)


def narration(address: str, **more: object) -> dict[str, object]:
    return {"provider": "compatible", "model": "m", "base_url": f"{address}/v1", "secrets": "keys.env",
            "key_variable": "OURS", "backoff_seconds": 0.01, **more}  # fmt: skip


def narrated(workspace: Workspace, address: str, **more: object) -> narrating.Narrated:
    said = chosen.load(workspace.settings)
    choices = said.narration.model_validate({**said.narration.model_dump(), **narration(address, **more)})
    asked = narrating.Asked(environment={"OPENAI_API_KEY": OTHER_KEY})
    return narrating.narrate(said.model_copy(update={"narration": choices}), workspace, asked)


def test_nothing_planted_is_in_requests_logs_manifests_the_store_or_tracebacks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    workspace = planted(tmp_path)
    ran = study.run(chosen.load(workspace.settings), workspace, Asked(today=TODAY))
    server = Obeys([])
    with server.serving() as address:
        found = narrated(workspace, address)
        again = narrated(workspace, address)
    assert found.tally.kept > 0, found.findings
    assert again.account["from_cache"] > 0
    assert server.asked
    bodies = "".join(body.decode() for _, _, body in server.asked)
    heads = repr([(path, headers) for path, headers, _ in server.asked])
    written = caplog.text + "".join(capfd.readouterr())
    for mark in (*MARKS, *NAMES, PASSWORD, OTHER_KEY):
        assert mark not in bodies + heads, mark
        assert mark not in written, mark
    assert KEY not in bodies + written
    files = contents(tmp_path)
    run = ran.study.path.relative_to(tmp_path).as_posix()
    rows = {name for name in files if name.endswith(".parquet")}
    own = {"keys.env", "regulars.yaml", "products.csv", "orders of eva1@planted.example.csv"}
    for name, held in files.items():
        if name in own:
            continue
        text = held.decode("utf-8", "replace")
        for mark in (KEY, OTHER_KEY, PASSWORD):
            assert mark not in text, (name, mark)
        if name not in rows:
            for mark in MARKS:
                assert mark not in text.replace("orders of eva1@planted.example.csv", ""), (name, mark)
        if name == f"{run}/manifest.json" or name.startswith("narration/"):
            # The first two stand in the settings, which a manifest keeps as the user wrote them.
            assert not [mark for mark in NAMES[2:] if mark in text], name
    # Not only as bytes of its file: SQLite may cut a long text over pages.
    with sqlite3.connect(tmp_path / "store.db") as store:
        tables = [name for (name,) in store.execute("select name from sqlite_master where type = 'table'")]
        kept = repr([store.execute(f'select * from "{name}"').fetchall() for name in tables])
    assert "rfm" in kept
    assert not [mark for mark in (*MARKS, KEY, OTHER_KEY, PASSWORD) if mark in kept]


FAULTS = {
    "refused": Said(KEY.encode(), 401), "busy": Said(KEY.encode(), 429), "fails": Said(KEY.encode(), 500),
    "no JSON": Said(KEY.encode()), "wrong form": Said(chat(json.dumps({"chosen": KEY}))),
    "broken off": Said(b"{}" * 9, kind="breaks_off"),
    "hangs": Said(kind="hangs"), "drips": Said(kind="drips"),
    "endless": Said(kind="never_ends"),
    "elsewhere": Said(status=307, headers=(("location", f"http://127.0.0.1:9/{KEY}"),)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_a_server_brings_a_key_or_a_prompt_into_a_log_or_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """With the values of variables: in the words of Python and of rich."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpcore2.http11")  # some tests' libraries set it higher
    (tmp_path / "keys.env").write_text(f"OURS={KEY}\n")
    (tmp_path / "keys.env").chmod(0o600)
    with Server([FAULTS[fault]]).serving() as address:
        choices = chosen.NarrationChoices(
            **narration(address, attempts=2, request_seconds=1, answer_bytes=99_999)
        )
        line = narrator.line(choices, Workspace(tmp_path), {}, before_send=lambda _: None)
        asked = question()
        asked = Request(asked.messages, asked.answer, asked.facts_digest)
        with pytest.raises(ModelFailed) as caught:
            line.ask(asked)
    shown = told(caught.value) + caplog.text
    assert "line.py" in shown
    assert KEY not in shown
    assert "Which one?" not in shown
