"""``regulars policy``: rules with their laws, texts held to them, and templates that wait for an approval."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import regulars as rg
from regulars.app import cli
from regulars.check.policy import names, policy
from regulars.settings import parse

SOURCES = {"orders": {"path": "orders.csv", "columns": {"customer": "a", "time": "b"}}}
GOOD = {"id": "1", "text": "Your statement is ready. Reply STOP to opt out."}
BAD = {"id": "2", "text": "Savings that are guaranteed. Reply STOP to opt out."}


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line as a shell would call it, in this process."""

    def called(*arguments: str, given: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["regulars", "policy", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    return called


def lines(*texts: dict[str, object]) -> str:
    return "".join(json.dumps(each) + "\n" for each in texts)


def workspace(folder: Path, **said: object) -> str:
    written = {"schema": "regulars/1", "sources": SOURCES, "policy": said}
    (folder / "regulars.yaml").write_text(json.dumps(written))
    return str(folder)


def test_every_rule_of_a_pack_is_listed_with_its_law_and_day(run: Run) -> None:
    done = run("bank_uk")
    assert done.returncode == 0
    for rule in policy("bank_uk").rules:
        assert f"  {rule.id}: {rule.severity}" in done.stdout
        assert f"{rule.source} ({rule.dated})" in done.stdout
    assert "no legal advice" in " ".join(done.stdout.split())
    said = json.loads(run("bank_us", "--json").stdout)
    assert [each["id"] for each in said["rules"]] == [each.id for each in policy("bank_us").rules]
    assert all(each["source"] and each["dated"] and each["remedy"] for each in said["rules"])


def test_a_text_that_fails_ends_with_exit_code_4_and_its_rule_law_and_remedy(
    run: Run, tmp_path: Path
) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text(lines(GOOD))
    assert run("check", str(texts), "--pack", "bank_uk").returncode == 0
    done = run("check", "-", "--pack", "bank_uk", given=lines(GOOD, BAD))
    assert done.returncode == 4
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["id"], each["label"]) for each in said] == [("1", "pass"), ("2", "fail")]
    (breach,) = said[1]["breaches"]
    assert (breach["rule"], breach["text"]) == ("guaranteed", "guaranteed")
    assert "COBS 4.2.1R" in breach["source"]
    assert breach["dated"] == "2024-08-22"
    assert breach["remedy"]
    assert said == rg.check_policy([GOOD, BAD], "bank_uk")
    inside = ("check", "-", "--pack", "bank_uk", "--audience", "internal")
    assert run(*inside, given=lines({"id": 3, "text": "Offer them guaranteed returns."})).returncode == 4
    assert run(*inside, given=lines({"id": 3, "text": "Their rate was guaranteed."})).returncode == 0


def test_the_workspace_chooses_pack_own_rules_and_disclosures(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'version = "1"\ndated = 2026-10-01\n[[rules]]\nid = "statement"\nterms = ["statement"]\n'
    )
    where = workspace(
        tmp_path, pack="bank_uk", own="own.toml", disclosures={"opt_out": "Write to us to stop."}
    )
    done = run("check", "-", "-w", where, given=lines(GOOD))
    assert [each["rule"] for each in json.loads(done.stdout)["breaches"]] == ["own.statement"]
    said = json.loads(run("--json", "-w", where).stdout)
    assert (said["name"], said["disclosures"]["opt_out"]) == ("bank_uk", "Write to us to stop.")


def test_policy_is_no_part_of_what_makes_a_run(run: Run) -> None:
    def answers(**said: object) -> dict[str, object]:
        return parse({"schema": "regulars/1", "sources": SOURCES, "policy": said}, "regulars.yaml").answers()

    assert answers(pack="bank_us", own="own.toml") == answers()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"pcak": "retail"}, "policy.pcak: no such setting. Did you mean 'pack'"),
        ({"pack": "bank-uk"}, "no such pack. Did you mean 'bank_uk'"),
        ({"own": "missing.toml"}, "missing.toml"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_the_near_name(
    run: Run, tmp_path: Path, said: dict[str, str], told: str
) -> None:
    done = run("-w", workspace(tmp_path, **said))
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())


def test_a_line_that_is_no_text_is_named_before_any_is_judged(run: Run) -> None:
    done = run("check", "-", given=lines(GOOD) + "{}\nno\n" + lines({"id": True, "text": "x"}))
    assert (done.returncode, done.stdout) == (3, "")
    assert "line 2: it has no text" in done.stderr
    assert "line 4: it has no id" in done.stderr


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\u2029"])
def test_a_line_ends_with_a_line_feed_alone(run: Run, mark: str) -> None:
    text = f"Your statement{mark}is ready. Reply STOP to opt out."
    done = run("check", "-", given=json.dumps({"id": "1", "text": text}, ensure_ascii=False) + "\n")
    assert (done.returncode, json.loads(done.stdout)["label"]) == (0, "pass")


def test_where_no_workspace_is_found_it_is_said_by_which_rules_texts_are_judged(
    run: Run, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "nowhere")
    told = run("check", "-", "-w", nowhere, given=lines(GOOD)).stderr
    assert f"No workspace was found at {nowhere}: these are the rules of retail." in " ".join(told.split())
    assert (
        "No workspace" not in run("check", "-", "-w", nowhere, "--pack", "retail", given=lines(GOOD)).stderr
    )
    assert "No workspace" not in run("check", "-", "-w", workspace(tmp_path), given=lines(GOOD)).stderr


@pytest.mark.parametrize("arguments", [("--audience", "all"), ("--template", "x", "--audience", "internal")])
def test_what_cannot_be_asked_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("check", "-", *arguments, given=lines(GOOD)).returncode == 2


def test_an_example_is_copied_approved_and_then_texts_are_held_to_it(run: Run, tmp_path: Path) -> None:
    where = workspace(tmp_path, pack="retail")
    assert run("templates", "-w", where, "--copy", "we_miss_you").returncode == 0
    assert run("templates", "-w", where, "--copy", "we_miss_you").returncode == 2
    ((mine, _),) = [
        (each, 0) for each in json.loads(run("templates", "-w", where, "--json").stdout) if each["path"]
    ]
    assert (mine["name"], mine["approved"], mine["why_not"]) == (
        "we_miss_you",
        False,
        "nobody has approved it",
    )
    text = (
        "It has been a while. New this week: tea and tableware. "
        "You can stop these messages at any time: reply STOP."
    )
    asked = ("check", "-", "-w", where, "--template", "we_miss_you")
    refused = run(*asked, given=lines({"id": "1", "text": text}))
    assert refused.returncode == 4
    (fault,) = json.loads(refused.stdout)["faults"]
    assert (fault["kind"], mine["digest"] in fault["remedy"]) == ("unapproved", True)
    path = Path(mine["path"])
    approval = f'[approval]\nby = "Jane Doe"\non = 2026-01-01\ndigest = "{mine["digest"]}"\n'
    path.write_text(path.read_text() + approval)
    assert run(*asked, given=lines({"id": "1", "text": text})).returncode == 0
    altered = run(*asked, given=lines({"id": "1", "text": text.replace("a while", "too long")}))
    assert altered.returncode == 4
    assert "approved by Jane Doe" in run("templates", "-w", where).stdout
    path.write_text(path.read_text().replace("It has been a while.", "Come back."))
    assert "approved another wording" in run("templates", "-w", where).stdout


def test_an_unknown_template_or_pack_is_refused_with_the_near_name(run: Run, tmp_path: Path) -> None:
    done = run("check", "-", "--template", "we_mis_you", "-w", str(tmp_path), given=lines(GOOD))
    assert (done.returncode, "Did you mean 'we_miss_you'" in done.stderr) == (2, True)
    assert run("retial").returncode == 2
    assert set(names()) == {"bank_uk", "bank_us", "retail"}
