"""The dashboard of a study: one HTML file that needs nothing else and shows where each figure comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.figures import written
from regulars.publish import accounts, opening, page, panels, taken
from regulars.publish.choice import Choice, choice
from regulars.publish.evidence import Evidence
from regulars.publish.hanging import Hanging, hanging
from regulars.publish.learnt import Learnt, learnt
from regulars.publish.marks import Mark, marks
from regulars.publish.moved import Pasts, moved
from regulars.publish.people import Person, people
from regulars.publish.profile_table import ProfileTable, amount, every_figure, profile_table
from regulars.publish.rely import Validations, rely
from regulars.publish.square import Square, square
from regulars.publish.worth import worth
from regulars.types import Feature, Metric, Profile, Segmentation, Study

TITLES = {"rfm": "Recency, frequency and spend", "behaviour": "How customers buy"}
_KEPT_OUT = (
    "Spend was kept out of the making. How often people buy still shapes some of these habits, so read value "
    "differences with care."
)
_POOLED = "Groups by what customers are, not by what they do; those too small to act on are pooled."
_HOW = {
    "rules": "Each customer is in the first segment whose rule holds; the last takes everybody else.",
    "lifecycle": "Each customer's silence is held against the days that usually lie between their purchases, "
    "or those of the middle customer where they have made too few.",
    "firmographic": _POOLED, "demographic": _POOLED,
    "loyalty_monetary": "Two cuts, of loyalty or what stands in for it and of spend, make four quarters of "
    "customers.",
    "labels": "The segments came with the data: one for each label.",
    "tiers": "Customers in the order of one value, cut into tiers; equal customers are never parted.",
}  # fmt: skip
SHORT_TITLES = {"rfm": "RFM", "behaviour": "Behaviour"}


@dataclass(frozen=True)
class Chapter:
    """One segmentation as the page shows it."""

    anchor: str
    title: str
    short_title: str
    lead: Markup
    how: str
    table_title: Markup
    words_from: str
    segmentation: Segmentation
    marks: dict[str, Mark]
    table: ProfileTable
    figures: list[tuple[Metric, list[str]]]
    build: panels.Build | None
    grid: panels.Grid | None
    square: Square | None
    choice: Choice | None
    hanging: Hanging | None
    learnt: Learnt | None
    waterfall: taken.Waterfall | None
    shapes: panels.Shapes | None
    people: list[Person]
    rules: list[accounts.Rule]
    legend: list[str]
    cannot: list[str]

    @property
    def profile(self) -> Profile:
        return self.segmentation.profile

    @property
    def figure_rows(self) -> list[tuple[str, list[str]]]:
        return [(metric.label, texts) for metric, texts in self.figures]


def dashboard(study: Study, pasts: Pasts | None = None, validations: Validations | None = None) -> str:
    """A study as one HTML page: no request leaves it, it is whole without its script. With ``pasts`` it also
    tells who moved, with ``validations`` whether it can be relied on.

    The same three give the same page, to the byte.
    """
    evidence = Evidence()
    given = marks(study.segmentations)
    headline, lede = _first_words(study, evidence)
    figures = opening.kpis(study, evidence)
    chapters = [
        _chapter(place, segmentation, given[place], evidence, study.features)
        for place, segmentation in enumerate(study.segmentations)
    ]
    template = page.environment().get_template("dashboard.html")
    return template.render(
        study=study,
        name=_name(study),
        title=f"{_name(study)}: customer segmentation",
        profile=study.segmentations[0].profile if study.segmentations else None,
        headline=headline,
        lede=lede,
        kpis=figures,
        overview=panels.overview(study.segmentations[0].profile, given[0]) if study.segmentations else None,
        chapters=chapters,
        # Every figure is cited before the badges count them.
        worth=worth(study, given, evidence),
        moved=moved(study, pasts or Pasts(), given, [each.short_title for each in chapters]),
        rely=rely(study, validations or Validations(), given, [each.short_title for each in chapters]),
        badges=opening.badges(study, evidence),
        accounts=[accounts.account(s) for s in study.ledger.sources],
        totals=accounts.totals(study.ledger, _currency(study)),
        inputs=accounts.inputs(study),
        files=accounts.files(study),
        evidence=evidence,
        short_titles=SHORT_TITLES,
        shares=2,
        **page.frame(),
    )


def fragment(study: Study) -> str:
    """A study in small, for a notebook: run, totals, headline, each segmentation's sizes, and the ledger.

    No script, no ids.
    """
    given = marks(study.segmentations)
    tables = [(s, profile_table(s.profile, given[i])) for i, s in enumerate(study.segmentations)]
    template = page.environment().get_template("fragment.html")
    return template.render(
        study=study,
        name=_name(study),
        sizes=_sizes(study),
        tables=tables,
        titles=SHORT_TITLES,
        accounts=[accounts.account(s) for s in study.ledger.sources],
        style=page.fragment_style(),
    )


def _sizes(study: Study) -> list[tuple[str, str]]:
    """How many customers, and what they bring: revenue, or orders where there are no amounts."""
    if not study.segmentations:
        return []
    facts = study.segmentations[0].profile.overall.facts
    bring = "revenue" if "revenue" in facts else "orders"
    found = [(facts[m], m) for m in ("customers", bring) if m in facts]
    return [(written(f.value, f.unit), word) for f, word in found if f.value is not None]


def _name(study: Study) -> str:
    if study.segmentations:
        return study.segmentations[0].profile.dataset
    return str(study.manifest.get("settings", {}).get("name", "Customer segmentation"))


def _currency(study: Study) -> str | None:
    return study.segmentations[0].profile.currency if study.segmentations else None


def _first_words(study: Study, evidence: Evidence) -> tuple[Markup, Markup]:
    if not study.segmentations:
        return Markup("No segments were made"), Markup("")
    first = study.segmentations[0]
    said = first.narrative
    return evidence.sentences(first.profile, said.headline), evidence.sentences(first.profile, said.lede)


def _chapter(
    place: int,
    segmentation: Segmentation,
    given: dict[str, Mark],
    evidence: Evidence,
    features: Sequence[Feature],
) -> Chapter:
    name = segmentation.name
    title = title_of(name)
    if name == "rfm" and "revenue" not in {m.id for m in segmentation.profile.metrics}:
        title = "Recency and frequency"
    return Chapter(
        anchor=f"c{place + 1}",
        title=title,
        short_title=SHORT_TITLES.get(name, title),
        lead=_lead(place, segmentation, evidence),
        how=_how(segmentation),
        table_title=_table_title(segmentation, evidence),
        words_from=_words_from(segmentation),
        segmentation=segmentation,
        marks=given,
        table=profile_table(segmentation.profile, given),
        figures=every_figure(segmentation.profile),
        build=panels.build(segmentation, given, evidence),
        grid=panels.grid(segmentation, evidence),
        square=square(segmentation, given, evidence),
        choice=choice(segmentation),
        hanging=hanging(segmentation, given),
        learnt=learnt(segmentation, given, features),
        waterfall=taken.waterfall(segmentation, given),
        shapes=panels.shapes(segmentation, given, evidence),
        people=people(segmentation, given, evidence),
        rules=accounts.rules(segmentation, given),
        legend=accounts.legend(segmentation),
        cannot=_cannot(segmentation),
    )


def title_of(name: str) -> str:
    """What a page calls a segmentation."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


def _lead(place: int, segmentation: Segmentation, evidence: Evidence) -> Markup:
    """The first segmentation's headline opens the page; a later one's opens its chapter."""
    if place == 0:
        return Markup("")
    said = segmentation.narrative
    return evidence.sentences(segmentation.profile, (*said.headline, *said.lede))


def _how(segmentation: Segmentation) -> str:
    """How the groups were made, in a sentence."""
    has_money = "revenue" in {m.id for m in segmentation.profile.metrics}
    if segmentation.method == "rfm":
        scored = "how recently, how often and how much" if has_money else "how recently and how often"
        unnamed = _unnamed(segmentation)
        return f"Each customer is scored on {scored} they bought; the scores name the segment.{unnamed}"
    if segmentation.method == "kmeans":
        kept_out = f" {_KEPT_OUT}" if has_money else ""
        return f"Groups of customers who buy alike, found from behaviour.{kept_out}"
    if segmentation.method == "hierarchical":
        return (
            "Small groups of customers who buy alike are joined two by two into larger ones; the segments "
            "are the branches of that tree."
        )
    if segmentation.method == "gmm":
        return (
            "Overlapping clouds of customers who buy alike: each customer is counted in the likeliest one, "
            "and the assignments keep the probability of every one."
        )
    if made := (segmentation.definition.get("choice") or {}).get("model"):
        return (
            f"Learnt from {made['of']}: each customer is put in the segment of those who are alike in other "
            "ways. What follows is true of the customers put in each, not of that segmentation's own."
        )
    return _HOW.get(segmentation.method, f"Made with the method {segmentation.method}.")


def _unnamed(segmentation: Segmentation) -> str:
    """Which part of the combinations of scores the scheme leaves to its last segment."""
    choice = segmentation.definition.get("choice") or {}
    cells, named = choice.get("cells", 0), choice.get("named", 0)
    if cells == named:
        return ""
    rest = segmentation.profile.segments[-1].name
    return (
        f" {cells - named} of the {cells} combinations of scores have no name of their own: they are {rest}."
    )


def _table_title(segmentation: Segmentation, evidence: Evidence) -> Markup:
    profile = segmentation.profile
    sized = [s for s in profile.segments if not s.is_suppressed]
    if not sized:
        return Markup("No segment is large enough to show")
    if len(sized) < 2:
        return Markup("The segment and its figures")
    largest = max(sized, key=lambda s: amount(s, "customers") or 0.0)
    fact = largest.facts["customer_share"]
    figure = evidence.figure(profile, fact, written(fact.value, fact.unit))
    return Markup("The largest group: {}, {} of customers").format(largest.name, figure)


def _words_from(segmentation: Segmentation) -> str:
    source = segmentation.narrative.source
    if source == "template":
        return "Template words: figures proven, not yet reviewed by a person"
    return f"Words from {source}"


def _cannot(segmentation: Segmentation) -> list[str]:
    """What this data cannot show, said in plain words instead of left for the reader to miss."""
    profile = segmentation.profile
    known = {m.id for m in profile.metrics}
    found: list[str] = []
    if "revenue" not in known:
        found.append("The data has no amounts, so there is no revenue, order value or spend here.")
    if segmentation.name == "rfm" and not profile.panels.get("rfm_grid"):
        found.append("There is no grid of scores: it needs two scores for each customer.")
    if "orders" not in known:
        found.append("The data does not tell orders apart, so nothing is counted by order.")
    if len(profile.segments) == 1:
        found.append("There is one segment, so there is nothing to compare it with.")
    if hidden := [s.name for s in profile.segments if s.is_suppressed]:
        found.append(_hidden(hidden))
    return found


def _hidden(names: Sequence[str]) -> str:
    """Which segments are not shown, and why. Which of them cover for the others is not told: that would
    narrow down what they hide."""
    if len(names) == 1:
        return (
            f"{names[0]} is not shown: a segment of ten customers or fewer is hidden, so that nobody can be "
            "recognised."
        )
    return (
        f"{', '.join(names[:-1])} and {names[-1]} are not shown, so that nobody can be recognised: at least "
        "one of them has ten customers or fewer, and the size of another, which may be larger, would give "
        "that away."
    )
