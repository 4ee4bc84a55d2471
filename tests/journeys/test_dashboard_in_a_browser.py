"""A reader opens the dashboard: wide and on a phone, in light and dark, with and without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.publish import studies
from tests.publish.hung import hung
from tests.publish.modelled import modelled
from tests.publish.valued import valued
from tests.publish.wandered import pasts

from regulars.publish.dashboard import dashboard
from regulars.types import Study

pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")

import chromium
from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.where() is None, reason="no Chromium here; install chromium"),
    # Playwright's own greenlets leave pipes and an event loop to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
MAKERS = (
    studies.retail, studies.without_amounts, studies.one_segment, studies.suppressed, studies.hostile,
    studies.tiny, studies.loyalty, modelled, hung, studies.by_rules, valued,
)  # fmt: skip
every_study = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
every_width = pytest.mark.parametrize("width", [390, 1440])
every_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])


@dataclass
class Seen:
    """A page that is open, and what it did while it was: requests beyond its file, complaints, dialogs."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.browser() as opened:
        yield opened


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Seen]]:
    """``show(study, width=390, scheme="dark", script=False)`` opens its dashboard."""
    contexts: list[Any] = []

    def opened(study: Study, *, width: int = 1440, scheme: str = "light", script: bool = True) -> Seen:
        file = tmp_path / "dashboard.html"
        file.write_text(dashboard(study, pasts(study)), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("request", lambda r: seen.requests.append(r.url))
        seen.page.on("console", lambda m: seen.complaints.append(f"{m.type}: {m.text}"))
        seen.page.on("pageerror", lambda e: seen.complaints.append(str(e)))
        seen.page.on("dialog", lambda d: (seen.complaints.append(f"dialog: {d.message}"), d.dismiss()))
        seen.page.goto(file.as_uri())
        return seen

    yield opened
    for context in contexts:
        context.close()


def _outside(seen: Seen) -> list[str]:
    return [url for url in seen.requests if not url.startswith(("file:", "data:"))] + [
        url for url in seen.requests[1:] if url.startswith("file:")
    ]


@every_study
@every_width
def test_no_request_leaves_the_page_and_nothing_is_complained_of(
    show: Callable[..., Seen], make: Callable[[], Study], width: int
) -> None:
    seen = show(make(), width=width)
    seen.page.wait_for_load_state("networkidle")
    assert len(seen.requests) >= 1
    assert _outside(seen) == []
    assert seen.complaints == []


@pytest.mark.parametrize(
    ("make", "width", "scheme"),
    # The whole page in each state; the others in the two that differ most, for axe takes its time.
    [(studies.retail, w, s) for w in (390, 1440) for s in ("light", "dark")]
    + [(make, w, s) for make in MAKERS[1:] for w, s in ((390, "dark"), (1440, "light"))],
)
def test_axe_finds_no_violation(
    show: Callable[..., Seen], make: Callable[[], Study], width: int, scheme: str
) -> None:
    page = show(make(), width=width, scheme=scheme).page
    assert _violations(page) == []


@every_scheme
def test_axe_finds_no_violation_in_an_open_panel_or_table(show: Callable[..., Seen], scheme: str) -> None:
    page = show(studies.suppressed(), scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.locator(".ev").first.click()
    assert page.locator(".proof:popover-open").count() == 1
    assert _violations(page) == []


def test_axe_sees_a_violation_where_there_is_one(show: Callable[..., Seen]) -> None:
    page = show(studies.one_segment()).page
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<button></button>')")
    assert [v["id"] for v in _found(page)] == ["button-name"]


def _found(page: Page) -> list[dict[str, Any]]:
    page.evaluate(AXE)
    ran = page.evaluate("(tags) => axe.run({runOnly: {type: 'tag', values: tags}})", AXE_RULES)
    assert len(ran["passes"]) > 10
    return list(ran["violations"])


def _violations(page: Page) -> list[str]:
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]} ({len(v['nodes'])})" for v in _found(page)]


@every_study
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_a_page_never_scrolls_sideways(
    show: Callable[..., Seen], make: Callable[[], Study], width: int
) -> None:
    page = show(make(), width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@every_study
def test_the_whole_content_is_there_without_a_script(
    show: Callable[..., Seen], make: Callable[[], Study]
) -> None:
    without, with_script = show(make(), script=False).page, show(make()).page
    assert without.locator("#theme").is_hidden()
    assert with_script.locator("#theme").is_visible()
    for part in ("h1", "section", "article", ".kpi", ".card", "table tr", "svg[role=img]", ".ev"):
        assert without.locator(part).count() == with_script.locator(part).count(), part
    kept = without.locator("article").all_inner_texts()
    assert kept == with_script.locator("article").all_inner_texts()


def test_evidence_opens_and_closes_from_the_keyboard(show: Callable[..., Seen]) -> None:
    page = show(studies.retail()).page
    marker = page.locator(".lede .ev").first
    marker.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".proof:popover-open")
    assert panel.locator(".val").inner_text() == "4,338"
    assert panel.locator(".whose").inner_text() == "All customers · 4,338 customers"
    assert "select" in panel.locator("pre").inner_text()
    assert "run-4c1f09a7d2e6" in panel.inner_text()
    assert panel.locator(".cited").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".proof:popover-open").count() == 0
    assert marker.evaluate("element => element === document.activeElement")


def test_one_panel_serves_each_segment_that_cites_it(show: Callable[..., Seen]) -> None:
    page = show(studies.retail()).page
    shown = []
    for card in (0, 1):
        page.locator("article").nth(card).locator(".say .ev").first.click()
        panel = page.locator(".proof:popover-open")
        whose = panel.locator(".whose").inner_text().split(" · ")[0]
        shown.append((panel.locator(".val").inner_text(), whose))
        assert panel.locator(".cited").count() == 1
        page.keyboard.press("Escape")
    assert shown == [("10.0", "Champions"), ("4.80", "Loyal customers")]


def test_evidence_opens_without_a_script_too(show: Callable[..., Seen]) -> None:
    page = show(studies.retail(), script=False).page
    page.locator(".lede .ev").first.click()
    panel = page.locator(".proof:popover-open")
    assert "4,338" in panel.inner_text()
    panel.locator(".close").click()
    assert page.locator(".proof:popover-open").count() == 0


@every_width
def test_an_open_panel_stays_inside_the_window(show: Callable[..., Seen], width: int) -> None:
    page = show(studies.retail(), width=width).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for place in (0, 4, 30, 60):
        page.locator(".ev").nth(place).click()
        box = page.locator(".proof:popover-open").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
        page.keyboard.press("Escape")


def test_a_heading_sorts_its_table_down_then_up_and_dashes_stay_last(show: Callable[..., Seen]) -> None:
    page = show(studies.retail()).page
    table = page.locator(".seg-table").first
    press = table.get_by_role("button", name="Days between orders")
    names = "rows => rows.map((row) => row.cells[0].textContent.trim())"
    press.click()
    down = table.locator("tbody tr").evaluate_all(names)
    assert down[0] == "Need attention"
    press.click()
    up = table.locator("tbody tr").evaluate_all(names)
    assert up[0] == "Champions"
    assert set(down[-3:]) == set(up[-3:]) == {"New customers", "Promising", "Lost"}
    assert table.locator("th[aria-sort]").count() == 1


@every_scheme
def test_the_theme_button_turns_the_page_over_and_back(show: Callable[..., Seen], scheme: str) -> None:
    page = show(studies.one_segment(), scheme=scheme).page
    paper = "getComputedStyle(document.body).backgroundColor"
    first = page.evaluate(paper)
    page.locator("#theme").click()
    turned = page.evaluate(paper)
    page.locator("#theme").click()
    assert turned != first
    assert page.evaluate(paper) == first


def test_a_choice_of_theme_is_kept(show: Callable[..., Seen]) -> None:
    page = show(studies.one_segment(), scheme="light").page
    page.locator("#theme").click()
    page.reload()
    assert page.locator("#theme").inner_text() == "Light"


def test_dark_needs_no_script(show: Callable[..., Seen]) -> None:
    seen = [show(studies.one_segment(), scheme=s, script=False).page for s in ("light", "dark")]
    pictures = [page.screenshot() for page in seen]
    assert pictures[0] != pictures[1]


def test_hostile_names_run_nothing(show: Callable[..., Seen]) -> None:
    seen = show(studies.hostile())
    for place in range(5):
        seen.page.locator(".ev").nth(place).click()
        seen.page.keyboard.press("Escape")
    assert "owned" not in seen.page.title().replace("document.title='owned'", "")
    assert seen.complaints == []
    assert seen.page.locator("img").count() == 0


def test_the_policy_stops_a_script_that_gets_in_all_the_same(show: Callable[..., Seen]) -> None:
    seen = show(studies.one_segment())
    seen.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = "document.title = 'owned'";
        document.body.append(script);
    }""")
    assert seen.page.title() != "owned"
    assert any("Content Security Policy" in each for each in seen.complaints)


def test_paper_shows_the_content_in_light_without_the_tools_of_a_screen(show: Callable[..., Seen]) -> None:
    page = show(studies.retail(), scheme="dark").page
    page.emulate_media(media="print")
    for gone in (".bar", ".ev", ".key", "details.tb"):
        assert not any(each.is_visible() for each in page.locator(gone).all()), gone
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("pre").first.is_visible()
    assert page.locator("article").count() == len(studies.RFM) + len(studies.BEHAVIOUR)


def test_a_printed_dashboard_is_a_handful_of_pages(show: Callable[..., Seen]) -> None:
    paper = show(studies.retail()).page.pdf(prefer_css_page_size=True, print_background=True)
    pages = paper.count(b"/Type /Page\n") or paper.count(b"/Type /Page ") or paper.count(b"/Type/Page/")
    assert 6 <= pages <= 16


def test_a_link_to_a_query_opens_it(show: Callable[..., Seen]) -> None:
    page = show(studies.retail()).page
    page.locator(".lede .ev").first.click()
    page.locator(".proof:popover-open a").click()
    assert page.locator(".proof:popover-open").count() == 0
    assert page.locator("pre#q1").is_visible()


FOLDED = ("article .told li", "article .but", ".defs dd")


def test_long_parts_are_folded_on_a_phone_and_open_without_a_script(show: Callable[..., Seen]) -> None:
    page = show(studies.retail(), width=390, script=False).page
    for part in FOLDED:
        assert page.locator(part).first.is_hidden(), part
    card = page.locator("article").first
    assert card.locator(".say").is_visible()
    card.locator("summary").click()
    assert card.locator("li").first.is_visible()
    assert card.locator(".but").is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_nothing_is_folded_where_there_is_room(show: Callable[..., Seen], script: bool) -> None:
    page = show(studies.retail(), script=script).page
    for part in FOLDED:
        assert all(each.is_visible() for each in page.locator(part).all()), part
    assert not any(each.is_visible() for each in page.locator(".fold > summary").all())


@every_width
def test_paper_shows_what_is_folded_without_a_script(show: Callable[..., Seen], width: int) -> None:
    page = show(studies.retail(), width=width, script=False).page
    page.emulate_media(media="print")
    for part in (*FOLDED, "pre"):
        assert all(each.is_visible() for each in page.locator(part).all()), part


def test_folding_takes_a_fifth_off_the_page_on_a_phone_and_more(show: Callable[..., Seen]) -> None:
    page = show(studies.retail(), width=390).page
    tall = "document.documentElement.scrollHeight"
    folded = page.evaluate(tall)
    page.evaluate("document.querySelectorAll('details.fold').forEach((d) => { d.open = true; })")
    assert folded < 0.8 * page.evaluate(tall)


def test_a_wide_table_says_on_a_phone_that_it_goes_on_sideways(show: Callable[..., Seen]) -> None:
    hints = [show(studies.retail(), width=w).page.locator(".hint").first for w in (390, 1440)]
    assert [hint.is_visible() for hint in hints] == [True, False]
    assert hints[0].inner_text() == "10 figures wide: scroll the table sideways to see them all."


def test_links_that_do_not_fit_the_bar_are_shaded_where_they_go_on(show: Callable[..., Seen]) -> None:
    both = studies.retail().segmentations
    page = show(replace(studies.retail(), segmentations=both * 7)).page
    nav = page.locator(".bar nav")
    assert nav.evaluate("each => each.scrollWidth > each.clientWidth")
    edges = nav.evaluate("each => getComputedStyle(each).backgroundAttachment").split(", ")
    assert edges == ["local", "local", "scroll", "scroll"]


def test_evidence_of_the_largest_segments_puts_their_sum_first(show: Callable[..., Seen]) -> None:
    page = show(studies.together(2)).page
    page.locator("h1 .ev").click()
    panel = page.locator(".proof:popover-open")
    assert panel.locator(".whose").inner_text() == "The 2 largest segments together"
    assert panel.locator(".val").inner_text() in page.locator("h1").inner_text()
    assert panel.locator("tbody tr").count() == 3
    assert "group by a.segment_id" in panel.locator("pre").inner_text()


@every_scheme
def test_a_radar_with_an_axis_that_has_no_figure_is_not_filled_across_it(
    show: Callable[..., Seen], scheme: str
) -> None:
    page = show(studies.without(studies.retail(), "Evening browsers", "gap_days"), scheme=scheme).page
    drawn = page.locator("figure:has(.area)", has_text="Evening browsers")
    assert drawn.locator(".shape").count() == 0
    assert drawn.locator(".area").count() == drawn.locator(".line").count() == 1
    assert drawn.locator(".line").evaluate("e => getComputedStyle(e).fill") == "none"
