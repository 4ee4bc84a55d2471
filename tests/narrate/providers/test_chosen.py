"""What the settings and --provider may say, and what is told of what they may not."""

import sys
import traceback

import pytest

from regulars.errors import ExtraMissing, SettingsError
from regulars.narrate.providers import chosen, names, renamed
from regulars.narrate.providers.addresses import checked
from regulars.narration_settings import NarrationChoices
from regulars.settings import parse

SOURCES = {"orders": {"path": "orders.csv", "columns": {"customer": "a", "time": "b"}}}


def settings(**narration):
    return parse({"schema": "regulars/1", "sources": SOURCES, "narration": narration}, "regulars.yaml")


def test_without_a_word_no_model_is_asked() -> None:
    assert settings().narration.provider == "template"
    assert chosen(NarrationChoices()) is None
    assert names() == ["anthropic", "azure", "compatible", "openai", "template"]


@pytest.mark.parametrize(
    ("said", "provider", "model", "address"),
    [
        ("openai:gpt-5", "openai", "gpt-5", "https://api.openai.com/v1"),
        ("anthropic:claude-haiku-4-5", "anthropic", "claude-haiku-4-5", "https://api.anthropic.com"),
        ("http://127.0.0.1:8080/v1", "compatible", "", "http://127.0.0.1:8080/v1"),
        ("http://[::1]:8080/v1/", "compatible", "", "http://[::1]:8080/v1"),
        ("https://llm.example.com/v1", "compatible", "", "https://llm.example.com/v1"),
    ],
)
def test_the_command_line_names_a_provider(said: str, provider: str, model: str, address: str) -> None:
    asked = chosen(renamed(said, NarrationChoices()))
    assert (asked.provider, asked.model, asked.base_url) == (provider, model, address)


def test_a_model_may_have_colons_in_its_name() -> None:
    narration = NarrationChoices(provider="compatible", base_url="http://127.0.0.1:11434/v1")
    assert chosen(renamed("compatible:qwen2.5:1.5b", narration)).model == "qwen2.5:1.5b"


def test_template_on_the_command_line_asks_no_model() -> None:
    narration = NarrationChoices(provider="openai", model="gpt-5")
    assert chosen(renamed("template", narration)) is None


def test_a_provider_on_the_command_line_takes_no_address_or_key_of_another() -> None:
    narration = NarrationChoices(
        provider="compatible",
        model="m",
        base_url="http://127.0.0.1:1/v1",
        key_variable="OUR_KEY",
        max_tokens=7,
    )
    other = renamed("openai:gpt-5", narration)
    assert (other.base_url, other.key_variable, other.max_tokens) == (None, None, 7)
    elsewhere = renamed("http://127.0.0.1:2/v1", narration)
    assert (elsewhere.base_url, elsewhere.key_variable) == ("http://127.0.0.1:2/v1", None)
    assert renamed("http://127.0.0.1:1/v1", narration) == narration


@pytest.mark.parametrize(
    ("narration", "told"),
    [
        ({"provider": "opena"}, "Did you mean 'openai'?"),
        ({"provider": "openai"}, "model: openai needs it"),
        ({"provider": "compatible", "model": "m"}, "base_url: compatible needs it"),
        (
            {"provider": "azure", "model": "m", "base_url": "https://x.openai.azure.com"},
            "does not end in /v1 needs",
        ),
        (
            {"provider": "openai", "model": "m", "options": {"basurl": "x"}},
            "options.basurl: openai has no such setting. Did you mean 'base_url'?",
        ),
        ({"provider": "openai", "model": "m", "base_url": "http://llm.example.com/v1"}, "travel readable"),
        ({"provider": "openai", "model": " m\n"}, "no spaces around it"),
    ],
)
def test_what_a_provider_lacks_is_told(narration: dict, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        chosen(NarrationChoices(**narration))
    assert told in str(refused.value)


def test_azure_takes_both_forms_of_its_address() -> None:
    older = chosen(
        NarrationChoices(
            provider="azure", model="ours", base_url="https://x.openai.azure.com/",
            options={"api_version": "2024-10-21"},
        )
    )  # fmt: skip
    assert older.models == "https://x.openai.azure.com/openai/models?api-version=2024-10-21"
    newer = NarrationChoices(provider="azure", model="ours", base_url="https://x.openai.azure.com/openai/v1")
    assert chosen(newer).models == "https://x.openai.azure.com/openai/v1/models"


@pytest.mark.parametrize(
    "address",
    [
        "", "llm.example.com/v1", "ftp://llm.example.com", "file:///etc/passwd", "https://", "https://:8080/v1",
        "https://user:planted@llm.example.com/v1", "https://planted@llm.example.com/v1", "http://10.0.0.8:8000/v1",
        "https://llm.example.com/v1?key=planted", "https://llm.example.com/v1#planted", "https://a b/v1",
        "https://llm.example.com\r\nx: planted/v1", "https://llm.example.com:99999/v1", "https://[::1/v1",
        "http://169.254.169.254/latest", "https://169.254.169.254/v1", "http://127.0.0.1.example.com/v1",
        "http://localhost.example.com/v1", "https://llm.example.com:0/v1", "https://ⅼlm.example.com/v1",
    ],
)  # fmt: skip
def test_an_address_that_nothing_may_be_sent_to_is_refused_unrepeated(address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        checked("narration.base_url", address)
    assert "planted" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    "address",
    ["https://llm.example.com/v1/", "http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:1"],
)
def test_an_address_that_may_be_asked_loses_its_slash(address: str) -> None:
    assert checked("narration.base_url", address) == address.rstrip("/")


def test_plain_http_to_other_machines_is_for_those_who_say_so() -> None:
    narration = NarrationChoices(
        provider="compatible", model="m", base_url="http://ollama:11434/v1", plain_http=True
    )
    assert chosen(narration).base_url == "http://ollama:11434/v1"


@pytest.mark.parametrize(("module", "provider"), [("openai", "compatible"), ("anthropic", "anthropic")])
def test_a_missing_extra_is_named_with_the_way_to_go_on(monkeypatch, module: str, provider: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    narration = NarrationChoices(provider=provider, model="m", base_url="http://127.0.0.1:1/v1")
    with pytest.raises(ExtraMissing, match=f"not installed: {module}") as missing:
        chosen(narration)
    assert f"pip install 'regulars[{module}]'" in missing.value.remedy
    assert "--provider template" in missing.value.remedy


def test_who_writes_the_words_moves_no_number_of_a_run() -> None:
    assert settings(provider="openai", model="gpt-5", max_tokens=5).answers() == settings().answers()


@pytest.mark.parametrize(
    "narration",
    [{"api_key": "sk-planted-1"}, {"key_variable": "sk-planted-1"}, {"secrets": ["sk-planted-1"]}],
)
def test_a_key_that_stands_in_the_settings_is_refused_unrepeated(narration: dict) -> None:
    with pytest.raises(SettingsError, match="narration") as refused:
        settings(**narration)
    assert "planted" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("attempts", 4),
        ("answer_bytes", 2_000_001),
        ("concurrency", 0),
        ("deadline_seconds", 0),
        ("max_tokens", 0),
    ],
)
def test_limits_have_bounds(setting: str, value: int) -> None:
    with pytest.raises(SettingsError, match=f"narration.{setting}"):
        settings(**{setting: value})
