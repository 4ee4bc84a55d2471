"""What is told by its shape alone: addresses, keys and what opens a door. Linear on any text.

Repetitions are possessive (``++``) and begin where no letter of theirs stands before, so that no place of a
text is read more than a few times.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address

Span = tuple[int, int]

_OPEN, _SHUT = r"[ \t]{0,3}[(\[{<][ \t]{0,3}", r"[ \t]{0,3}[)\]}>][ \t]{0,3}"
_AT = rf"(?:\"?@|%40|&\#0{{0,5}}64;|&\#x0{{0,5}}40;|&commat;|{_OPEN}(?:at|@){_SHUT})"
_DOT = rf"(?:\.|%2e|&\#0{{0,5}}46;|{_OPEN}(?:dot|\.){_SHUT})"
_LOCAL = r"(?<![\w.+'-])(?<!//)[\w.+'-]++"
_TOP = (
    "com|org|net|edu|gov|info|biz|io|ai|app|dev|shop|store|online|email|co|eu|uk|de|fr|es|it|nl|be|ch|at|pl|se|no|"
    "dk|fi|ie|pt|us|ca|mx|br|au|nz|in|jp|cn|kr|za|ru|ua|cz|gr|tr|hu|ro"
)
_NO_HOST = "the|a|an|our|my|your|their|his|her|its|this|that|these|those|all|no"
_E_MAIL = re.compile(
    rf"""{_LOCAL}{_AT}(?:[\w-]++{_DOT})+(?:xn--[\w-]{{1,59}}|[^\W\d_]{{2,63}})(?![\w-])
    # Spelled out, or with spaces between: only where it ends as the web's names do.
    | {_LOCAL}[ ]{{1,3}}at[ ]{{1,3}}(?!(?:{_NO_HOST})\b)[\w-]++(?:[ ]{{1,3}}dot[ ]{{1,3}}[\w-]++){{0,3}}?
      [ ]{{1,3}}dot[ ]{{1,3}}(?:{_TOP})\b
    | {_LOCAL}[ ]{{0,2}}@[ ]{{0,2}}[\w-]++(?:[ ]?\.[ ]?[\w-]++){{0,3}}?[ ]?\.[ ]?(?:{_TOP})\b""",
    re.VERBOSE | re.IGNORECASE,
)
_URL = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*+://[^\s/:@?#]*+:[^\s/@]++@[^\s/]++", re.IGNORECASE)
_IP4 = re.compile(
    r"(?<![\w.])(?<!version )(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\d)",
    re.IGNORECASE,
)
_IP6 = re.compile(r"(?<![\w:.])[0-9a-f:]{3,39}(?![\w:])", re.IGNORECASE)

_SHAPED_KEY = re.compile(
    r"""(?<![A-Za-z0-9_-])(?:
        sk-[A-Za-z0-9_-]{16,}+                      # OpenAI, Anthropic (sk-ant-), OpenRouter
      | (?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}+      # Stripe
      | (?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Z])       # AWS
      | gh[pousr]_[A-Za-z0-9]{30,}+ | github_pat_\w{30,}+ | glpat-[\w-]{20,}+
      | xox[abeprs]-[A-Za-z0-9-]{10,}+              # Slack
      | AIza[\w-]{35} | ya29\.[\w-]{20,}+           # Google
      | (?:hf|npm|gsk|r8)_[A-Za-z0-9]{30,}+ | pypi-[\w-]{40,}+
      | SG\.[\w-]{16,64}\.[\w-]{16,64}              # SendGrid
      | eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+(?:\.[\w-]*+)?  # a JSON web token
    )""",
    re.VERBOSE,
)
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_BEARER = re.compile(r"\bbearer[ ]{1,3}[\w.~+/=-]{16,}+", re.IGNORECASE)
_LABELLED = re.compile(
    r"""(?:(?:api|access|model|account)[ _-]?key|secret|token|password|passwd|passphrase|pwd)
        ["']?\s{0,3}(?:[:=]|\bis\b)\s{0,3}["']?(?P<value>[^\s"',;]{6,}+)""",
    re.VERBOSE | re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![\w+/=-])[\w+/=-]{32,}+")
BITS = 4.0
"""Bits a character that a long token must have to be taken for a key; English words have less than that."""


def e_mails(text: str) -> Iterator[Span]:
    return (found.span() for found in _E_MAIL.finditer(text))


def addresses_with_passwords(text: str) -> Iterator[Span]:
    return (found.span() for found in _URL.finditer(text))


def ip_addresses(text: str) -> Iterator[Span]:
    """Addresses of machines; this machine's own tell of nobody."""
    for shape in (_IP4, _IP6):
        for found in shape.finditer(text):
            if shape is _IP4 or found[0].count(":") >= 2:
                try:
                    address = ip_address(found[0])
                except ValueError:
                    continue
                if not address.is_loopback and not address.is_unspecified:
                    yield found.span()


def keys(text: str) -> Iterator[Span]:
    """Keys and passwords: by their maker's shape, by the word before them, or by their disorder."""
    yield from _key_blocks(text)
    for shape in (_SHAPED_KEY, _BEARER):
        yield from (found.span() for found in shape.finditer(text))
    yield from (found.span() for found in _LABELLED.finditer(text) if _is_secret(found["value"]))
    yield from (found.span() for found in _TOKEN.finditer(text) if _is_disordered(found[0]))


def _key_blocks(text: str) -> Iterator[Span]:
    """Private keys from their first line to their last, or to the end of a text that was cut."""
    begun = _PEM.search(text)
    while begun:
        end = text.find("-----END", begun.end())
        end = len(text) if end < 0 else end + len("-----END")
        yield begun.start(), end
        begun = _PEM.search(text, end)


def _is_secret(value: str) -> bool:
    """Whether it is no word, as in "password is required": it has a digit, or marks within."""
    inner = value.strip(".,:!?()[]")
    return any(each.isdigit() for each in inner) or not inner.replace("-", "").replace("_", "").isalnum()


def _is_disordered(token: str) -> bool:
    """Small and large letters and digits, as keys mix them. A digest or a UUID has one case and is none."""
    kinds = (str.islower, str.isupper, str.isdigit)
    if not all(any(is_kind(each) for each in token) for is_kind in kinds):
        return False
    counts = Counter(token).values()
    return -sum(n / len(token) * math.log2(n / len(token)) for n in counts) >= BITS
