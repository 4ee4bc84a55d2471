"""The section of ``compare`` on stability: whether the segments come back from the later day's customers, and
how many of these would change segment by fitting anew."""

from __future__ import annotations

from rich.table import Table

from regulars.app import terminal
from regulars.app.compared import Compared, Section, day_of, segmentation_of, unmeasured
from regulars.app.grounds import mapped
from regulars.engine import literal, quoted
from regulars.errors import NotReady, SettingsError, sentence
from regulars.figures import written
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground
from regulars.validate.bands import NOW
from regulars.validate.refitting import Refit, refit
from regulars.validate.stability import (
    Groups,
    SegmentStability,
    Stability,
    Versions,
    groups,
    method_of,
    reading,
    why_not,
)
from regulars.validate.stability_file import as_json
from regulars.validate.stability_limits import exceeded
from regulars.validate.stability_words import headline, words

NAMED = 22
"""Letters of a name in a table of 80 columns."""
_ALONE = "All customers of this day are in one segment: there is nothing to tell apart."


def section(compared: Compared) -> Section:
    """Stability on the later run's customers; what is not measured says why."""
    definition, limits = compared.definition, compared.settings.validation.stability
    found_groups, why_no_groups = _groups(compared)
    found_refit, why_no_refit = _refit(compared)
    if found_groups is None and found_refit is None:
        return unmeasured("stability", f"{why_no_groups} {why_no_refit}")
    found = Stability(
        compared.engine.count(NOW), definition.segments, found_groups, found_refit, _versions(compared),
        why_no_groups, why_no_refit,
    )  # fmt: skip
    past = tuple(exceeded(found, limits, compared.name))
    told = words(found, definition.version, definition.choice.get("verdict"))
    summary = headline(found, len(past))
    document = {
        "is_measured": True,
        "headline": summary,
        "words": told,
        **as_json(found, limits, compared.settings.seed),
    }
    return Section("stability", found, document, past, lambda: _show(found))


def _groups(compared: Compared) -> tuple[Groups | None, str]:
    """What making the segments anew shows, or why they are not made anew."""
    definition = compared.definition
    if why := why_not(definition, compared.engine.count(NOW)):
        return None, why
    compared.stage("Grouping the customers anew, two hundred times")
    found = groups(compared.engine, definition, compared.features, NOW, compared.settings.seed)
    return found, "" if found else _ALONE


def _refit(compared: Compared) -> tuple[Refit | None, str]:
    """What fitting anew would move, or why nothing can be fitted anew."""
    definition, settings, now = compared.definition, compared.settings, compared.now
    compared.stage("Fitting anew on twenty draws of the customers")
    method = method_of(definition)
    path = literal(str(now.path / "features.parquet")).sql("duckdb")
    table = compared.engine.view("refit_features", f"select * from read_parquet({path})")
    known = {each.name: Definition.from_json(each.definition) for each in now.segmentations}
    if lacking := [each for each in method.learns_from if each not in known]:
        return None, f"Nothing is fitted anew: it learns from {lacking[0]}, which this run does not have."
    ground = Ground(
        compared.name, table, now.features, day_of(now), settings.seed, settings.timezone, settings.currency,
        mapped(settings), {each: known[each] for each in method.learns_from},
        has_orders=bool(settings.sources.orders), left_out=now.left_out,
    )  # fmt: skip
    try:
        return refit(compared.engine, method, definition, ground), ""
    except (NotReady, SettingsError) as reason:
        # A run of a day that could not carry a fit is no fault of the segments that were fitted on another.
        return None, sentence(f"Nothing can be fitted anew on this day: {reason.found}")


def _versions(compared: Compared) -> Versions | None:
    """Who changed segment between two runs of different versions, as they were saved."""
    if compared.then is None:
        return None
    before, after = (
        segmentation_of(compared.then, compared.name),
        segmentation_of(compared.now, compared.name),
    )
    if before.digest == after.digest or before.method != after.method:
        return None
    path = literal(str(compared.then.path / "assignments" / f"{compared.name}.parquet")).sql("duckdb")
    ((both, moved),) = compared.engine.rows(
        "select count(*), coalesce(sum(case when a.segment_id <> b.segment_id then 1 else 0 end), 0) "
        f"from read_parquet({path}) as a join {quoted(NOW)} as b on a.customer_id = b.customer_id"
    )
    return Versions(before.version, after.version, int(both), int(moved))


def _show(found: Stability) -> None:
    if found.groups:
        terminal.out.print()
        terminal.out.print(_anew(found.groups, found.refit))
        terminal.out.print(
            "\nJaccard: how far a segment comes back in draws of the customers; SLSw: the same\n"
            "over everybody; SLSa: how far it is together with one segment fewer, and more;\n"
            "silhouette: 1 far from others, 0 between two, 95 %; refit: who would be\n"
            "elsewhere by fitting anew on another draw."
        )
    elif found.refit and found.refit.segments and not found.refit.is_still:
        terminal.out.print()
        terminal.out.print(_by_refit(found, found.refit))


def _anew(found: Groups, refitted: Refit | None) -> Table:
    table = terminal.table("segment", "Jaccard", "SLSw", "fewer", "more", "silhouette", "refit", "")
    for each in found.segments:
        share = refitted.segments.get(each.segment.id) if refitted else None
        figures = [
            f"{each.jaccard:.2f}", f"{each.within.mean:.2f}", _figure(each.fewer), _figure(each.more),
            _silhouette(each), _percent(share.mean) if share else "–",
        ]  # fmt: skip
        if not each.is_shown:
            figures = ["–"] * len(figures)
        table.add_row(
            terminal.cut(each.segment.name, NAMED),
            *figures,
            _SHORT[reading(each.jaccard)] if each.is_shown else "",
        )
    return table


_SHORT = {
    "highly stable": "stable",
    "stable": "stable",
    "a pattern, no sure members": "[yellow]weak[/]",
    "not to be trusted": "[bold red]poor[/]",
    "dissolves": "[bold red]gone[/]",
}
"""The readings in a word, for a table of 80 columns."""


def _by_refit(found: Stability, refitted: Refit) -> Table:
    table = terminal.table("segment", "elsewhere by refitting alone", "nine of ten pairs")
    for segment in found.segments:
        if share := refitted.segments.get(segment.id):
            spread = f"{_percent(share.low)} to {_percent(share.high)}"
            table.add_row(terminal.cut(segment.name, NAMED), _percent(share.mean), spread)
    return table


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _silhouette(each: SegmentStability) -> str:
    """Its interval, or the figure alone where there is none."""
    found = each.silhouette
    if found is None:
        return "–"
    ends = [found.mean] if found.low is None or found.high is None else [found.low, found.high]
    return " to ".join(f"{end:.2f}" for end in ends).replace("-", "−")


def _percent(share: float) -> str:
    return written(100 * share, "percent")
