"""The section of ``compare`` on drift: what changed between the two runs' customers."""

from __future__ import annotations

from rich.table import Table

from regulars.app import terminal
from regulars.app.compared import Compared, Section, unmeasured
from regulars.figures import short, signed, written
from regulars.types import Feature
from regulars.validate.drift import Drift, Level, drift
from regulars.validate.drift_file import as_json
from regulars.validate.drift_limits import exceeded
from regulars.validate.drift_words import headline, words

NAMED = 20
"""Letters of a name in a table of 80 columns."""
_ALONE = "There is no run of an earlier day to hold this one against. To make some: regulars backfill --help."
_TOLD: dict[Level, str] = {
    "steady": "[dim]steady[/]",
    "slight": "slight",
    "moved": "[yellow]moved[/]",
    "exceeded": "[bold red]past limit[/]",
}


def section(compared: Compared) -> Section:
    """The drift between the two runs, by the limits of the settings; what is not measured says why."""
    if compared.then is None:
        return unmeasured("drift", _ALONE)
    compared.stage("Comparing the two days")
    found = drift(compared.engine, compared.definition, compared.features, compared.settings.validation.drift)
    currency = compared.settings.currency
    told = words(found, currency)
    document = {"is_measured": True, "headline": headline(found), "words": told, **as_json(found)}
    return Section(
        "drift", found, document, tuple(exceeded(found, compared.name, currency)),
        lambda: _show(found, currency),
    )  # fmt: skip


def _show(found: Drift, currency: str) -> None:
    terminal.out.print()
    terminal.out.print(_segments(found))
    terminal.out.print()
    terminal.out.print(_features(found, currency))
    if found.centroids:
        terminal.out.print()
        terminal.out.print(_means(found))
    terminal.out.print(
        "\nsteady: chance explains it, with so much looked at; slight: real, but small;\n"
        "moved: worth a look. PSI by chance: 95 of 100 pairs of days without a change\n"
        "stay below. exchanged: customers who would have to be elsewhere for the two\n"
        "days to be alike. SD: standard deviations of all customers."
    )
    if found.hidden:
        terminal.out.print("– ten customers or fewer, or what would tell of them.", markup=False)


def _segments(found: Drift) -> Table:
    table = terminal.table("segment", "then", "now", "then", "now", "points", "95 %", "")
    hidden = found.hidden
    for each in found.shares:
        figures = [
            written(each.then, "count"), written(each.now, "count"),
            _percent(each.share_then), _percent(each.share_now),
            signed(each.change), f"{signed(each.low)} to {signed(each.high)}",
        ]  # fmt: skip
        shown = ["–"] * len(figures) if each.segment.id in hidden else figures
        level = "" if each.segment.id in hidden else _TOLD[each.level]
        table.add_row(terminal.cut(each.segment.name, NAMED), *shown, level)
    return table


def _features(found: Drift, currency: str) -> Table:
    table = terminal.table("feature", "PSI", "by chance", "exchanged", "mean then", "now", "")
    sizes = found.sizes
    table.add_row(
        "(the segments)", f"{sizes.psi:.3f}", f"{sizes.noise:.3f}", _percent(sizes.exchanged), "", "",
        _TOLD[found.sizes_level],
    )  # fmt: skip
    for each in found.features:
        mean, feature = each.mean, each.bands.feature
        means = [_mean(at, feature, currency) for at in (mean.then.mean, mean.now.mean)] if mean else ["", ""]
        table.add_row(
            terminal.cut(feature.name, NAMED), f"{each.shift.psi:.3f}", f"{each.shift.noise:.3f}",
            _percent(each.shift.exchanged), *means, _TOLD[each.level],
        )  # fmt: skip
    return table


def _means(found: Drift) -> Table:
    table = terminal.table("mean of segment", "SD", "of where it stood", "")
    for each in found.centroids:
        if each.segment.id not in found.hidden:
            sd, share = each.centroid.sd, each.centroid.share
            table.add_row(
                terminal.cut(each.segment.name, NAMED),
                "–" if sd is None else f"{sd:.2f}",
                "–" if share is None else _percent(share),
                "few customers" if each.p is None else _TOLD[each.level],
            )
    return table


def _percent(share: float) -> str:
    return written(100 * share, "percent")


def _mean(mean: float, feature: Feature, currency: str) -> str:
    if feature.unit == "share":
        return _percent(mean)
    return short(mean, currency) if feature.unit == "currency" else written(mean, "ratio")
