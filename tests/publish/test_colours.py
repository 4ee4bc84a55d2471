"""The style sheet's own tokens, measured: what a page's colours promise in both themes."""

from __future__ import annotations

import colorsys
import re
from pathlib import Path

import pytest

from regulars.publish import page
from regulars.publish.marks import COLOURS

CSS = (Path(page.__file__).parent / "assets" / "dashboard.css").read_text(encoding="utf-8")
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--(\w+):light-dark\((#[0-9a-f]{3,6}),(#[0-9a-f]{3,6})\)", CSS)
}
both_themes = pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    channels = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """WCAG 2.1, 1.4.3: (L1 + 0.05) / (L2 + 0.05)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_published_contrast_of_21() -> None:
    assert _contrast("#000000", "#fff") == pytest.approx(21.0)


@both_themes
def test_every_segment_colour_stands_out_from_the_card(theme: int) -> None:
    weak = [i for i in range(COLOURS) if _contrast(TOKENS[f"c{i}"][theme], TOKENS["card"][theme]) < 3]
    assert weak == []


@both_themes
def test_no_two_segment_colours_are_the_same(theme: int) -> None:
    assert len({TOKENS[f"c{i}"][theme] for i in range(COLOURS)}) == COLOURS


@both_themes
@pytest.mark.parametrize("shade", range(1, 9))
def test_figures_in_the_grid_can_be_read_on_every_shade(theme: int, shade: int) -> None:
    text = TOKENS["lowtext" if shade <= 4 else "hightext"][theme]
    assert _contrast(text, TOKENS[f"q{shade}"][theme]) >= 4.5


@both_themes
@pytest.mark.parametrize("text", ["ink", "ink2", "ink3"])
@pytest.mark.parametrize("ground", ["card", "paper"])
def test_text_can_be_read_on_card_and_paper(theme: int, text: str, ground: str) -> None:
    assert _contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@both_themes
@pytest.mark.parametrize("shade", ["h1", "h2", "l1", "l2"])
def test_figures_can_be_read_on_cells_shaded_against_the_average(theme: int, shade: str) -> None:
    assert _contrast(TOKENS["ink"][theme], TOKENS[shade][theme]) >= 4.5


@both_themes
def test_above_and_below_the_average_are_violet_and_sand_and_never_green_red_or_orange(theme: int) -> None:
    above = [colorsys.rgb_to_hls(*_channels(TOKENS[t][theme])) for t in ("h1", "h2")]
    below = [colorsys.rgb_to_hls(*_channels(TOKENS[t][theme])) for t in ("l1", "l2")]
    assert all(225 <= hue * 360 <= 275 for hue, _, _ in above)
    assert all(38 <= hue * 360 <= 60 for hue, _, _ in below)
    assert all(max(c) - min(c) < 0.15 for c in (_channels(TOKENS[t][theme]) for t in ("l1", "l2")))


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def test_narrow_layouts_are_for_screens_so_that_paper_keeps_the_wide_one() -> None:
    queries = re.findall(r"@media ([^{]+)\{", CSS)
    assert [q for q in queries if "width" in q and not q.startswith("screen and")] == []
