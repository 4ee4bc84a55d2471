"""Examples and prompts of the user's: a slip in a file is refused with the name that may have been meant."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from regulars.errors import SettingsError
from regulars.narrate.examples import examples
from regulars.narrate.prompts import NAMES, prompts

GOOD = 'told = "They order at weekends."\nkey = "meaning"\nwords = "So we should be there."\n'
OURS = files("regulars.narrate.prompts")


def test_the_examples_of_the_package_have_the_form() -> None:
    assert set(examples(Path(str(OURS / "examples.toml")))) == {"draft", "persona"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[[drafft]]\n{GOOD}", "'drafft' takes examples. Did you mean 'draft'?"),
        ("draft = 3", "'draft' is no list of tables"),
        ("draft = [3]", "'draft' is no list of tables"),
        (f"[[draft]]\n{GOOD}tolld = 'x'", "'tolld'. Did you mean 'told'?"),
        ("[[draft]]\ntold = 'x'\nkey = 'meaning'", "lacks 'words'"),
        ("[[draft]]\ntold = 3\nkey = 'meaning'\nwords = 'x'", "'told' is no text"),
        (f"[[draft]]\n{GOOD}".replace("meaning", "meanin"), "Did you mean 'meaning'?"),
    ],
)
def test_a_slip_among_examples_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "examples.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="examples.toml") as refused:
        examples(file)
    assert said in str(refused.value)


def test_prompts_of_a_folder_stand_in_for_ours(tmp_path: Path) -> None:
    own = (OURS / "draft.md").read_text(encoding="utf-8").replace("version: 1", "version: 7")
    (tmp_path / "draft.md").write_text(own, encoding="utf-8")
    found = prompts(tmp_path)
    assert [each.name for each in found.values()] == list(NAMES)
    assert found["draft"].title == "draft/7"


def test_a_folder_of_prompts_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such folder"):
        prompts(tmp_path / "promts")


@pytest.mark.parametrize("name", ["drafts.md", "draft.txt", "Draft.md"])
def test_a_file_whose_name_is_no_prompts_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("---", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"Did you mean 'draft\.md'\?"):
        prompts(tmp_path)
