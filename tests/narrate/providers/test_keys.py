"""Keys are found where they may lie, and shown nowhere."""

import copy
import json
import os
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest

from regulars.errors import SettingsError
from regulars.narrate.providers.keys import Key, found, read_secrets

SECRET = "sk-planted-0123456789abcdef"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.env"
    path.write_text(f"# keys\n\nexport OPENAI_API_KEY='{SECRET}'\nOTHER = plain=with=signs\n")
    path.chmod(0o600)
    return path


def test_the_environment_comes_before_the_file(secrets: Path) -> None:
    assert found(["OPENAI_API_KEY"], {"OPENAI_API_KEY": "of-the-shell"}, secrets).reveal() == "of-the-shell"
    assert found(["OPENAI_API_KEY"], {"OPENAI_API_KEY": " "}, secrets).reveal() == SECRET
    assert found(["OTHER"], {}, secrets).reveal() == "plain=with=signs"
    assert found(["NONE"], {"OPENAI_API_KEY": "x"}, secrets) is None
    assert found(["NONE"], {}, None) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_may_read_is_refused(secrets: Path, mode: int) -> None:
    secrets.chmod(mode)
    with pytest.raises(SettingsError, match="others may read it") as refused:
        read_secrets(secrets)
    assert "chmod 600" in refused.value.remedy


def test_what_is_no_file_of_names_and_values_is_refused_without_being_repeated(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    for content in (SECRET.encode(), SECRET.encode() + b"=\xff", b"A=1\n" + SECRET.encode() + b"\n"):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(SettingsError) as refused:
            read_secrets(path)
        assert SECRET not in "".join(traceback.format_exception(refused.value))
    with pytest.raises(SettingsError, match="no such file"):
        read_secrets(tmp_path / "absent")
    with pytest.raises(SettingsError):
        read_secrets(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SettingsError, match="not a file"):
        read_secrets(tmp_path / "pipe")


@pytest.mark.parametrize("value", ["", "  ", "a b", "a\nX-Header: b", "schlüssel", "x" * 9000, "a\0b"])
def test_what_no_header_can_carry_is_no_key(value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Key("OPENAI_API_KEY", value)
    assert not value.strip() or value not in str(refused.value)


def test_a_key_shows_itself_to_nothing_that_prints_copies_or_saves() -> None:
    @dataclass
    class Holder:
        key: Key

    key = Key("OPENAI_API_KEY", f" {SECRET}\n")
    assert key.reveal() == SECRET
    for shown in (repr(key), str(key), f"{key}", repr(Holder(key)), repr([key]), f"{key!r:>40}"):
        assert SECRET not in shown
    for saves in (copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            saves(key)
