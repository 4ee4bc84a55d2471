"""Waits: as long as the server asks, spread by a chance that has a name."""

import pytest

from regulars.narrate.providers.pace import wait_before
from regulars.narrate.providers.transport import retry_after


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0), ("7", 7), ("1.5", 1.5), (" 3 ", 3), ("999999999", 86_400), ("-1", None), ("soon", None),
        ("", None), ("inf", None), ("1e9", None), ("٣", None),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30), ("Sun, 22 Nov 2026 09:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_its_forms(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said, "date": "Sun, 22 Nov 2026 10:00:00 GMT"}) == seconds


def test_a_moment_says_nothing_where_the_server_does_not_tell_its_own_time() -> None:
    assert retry_after({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}) is None


def test_waits_double_and_are_spread_the_same_way_each_time() -> None:
    second = [wait_before(2, 1.0, f"0/{name}") for name in "abcdefgh"]
    assert second == [wait_before(2, 1.0, f"0/{name}") for name in "abcdefgh"]
    assert all(0.5 <= each <= 1.0 for each in second)
    assert len(set(second)) == 8
    assert all(1.0 <= wait_before(3, 1.0, f"0/{name}") <= 2.0 for name in "abcdefgh")
    assert wait_before(2, 1.0, "1/a") != wait_before(2, 1.0, "0/a")
