"""Addresses: which may be asked. A wrong one would hand prompts and keys to somebody else."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from regulars.errors import SettingsError


def checked(asked: str, address: str, *, plain_http: bool = False) -> str:
    """The address without a slash at its end. Raises SettingsError where nothing may be sent to it.

    https to anywhere but link-local addresses; http to this machine, elsewhere only where the settings allow
    it. No name or password, question or fragment in it: these end up in logs.
    """
    fault = _fault(address, plain_http=plain_http)
    if fault:
        # The address is not repeated: a password may stand in it.
        raise SettingsError(asked, *fault)
    return address.rstrip("/")


def place(address: str) -> tuple[str, str, int]:
    """Scheme, host and port of a checked address."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fault(address: str, *, plain_http: bool) -> tuple[str, str] | None:
    example = "Write one such as https://llm.example.com/v1 or http://127.0.0.1:8080/v1."
    if any(not 33 <= ord(each) <= 126 or each in '\\<>"{}|^`' for each in address):
        return "it has spaces or letters that no address has", example
    try:
        parts = urlsplit(address)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return "it is no address", example
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right:
        return "it is no address of http or https", example
    if parts.username is not None or parts.password is not None:
        return "a name or password stands in it", "Put the key in the environment or in narration.secrets."
    if parts.query or parts.fragment:
        return "it has a question or a fragment at its end", "Leave out what follows ? or #."
    if _is_link_local(parts.hostname):
        return "no language model is at a link-local address", example
    if parts.scheme == "http" and not plain_http and not is_here(parts.hostname):
        return (
            "over http, prompts and keys travel readable",
            "Use https, or say narration.plain_http: true where the way there is your own.",
        )
    return None


def _is_link_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_link_local
    except ValueError:
        return False
