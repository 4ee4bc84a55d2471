"""Where templates lie: a workspace's own, and the examples that come with each pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from regulars.check.policy.template import Template, read_template, template_of
from regulars.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class Shelved:
    """A template and where it lies; ``path`` is None for an example."""

    template: Template
    path: Path | None


def shelf(pack: str, folder: Path, disclosures: Mapping[str, str]) -> dict[str, Shelved]:
    """The templates by name, in alphabetical order: the folder's, and the pack's examples where it has none
    of that name. Raises SettingsError for a file with a fault, or two files with one name."""
    shipped = {
        each.name: Shelved(each, None)
        for each in (template_of(text, disclosures, name) for name, text in examples(pack).items())
    }
    own: dict[str, Shelved] = {}
    for path in sorted(folder.glob("*.toml")):
        template = read_template(path, disclosures)
        if template.name in own:
            raise UsageError(
                f"templates in {str(folder)!r}",
                f"{own[template.name].path} and {path} both have the name {template.name!r}",
                "Give each its own name.",
            )
        own[template.name] = Shelved(template, path)
    return dict(sorted({**shipped, **own}.items()))


def examples(pack: str) -> dict[str, str]:
    """The text of a pack's example templates, by name."""
    folder = files("regulars.check.policy") / "templates" / pack
    lying = sorted(folder.iterdir(), key=lambda each: each.name) if folder.is_dir() else []
    return {each.name.removesuffix(".toml"): each.read_text(encoding="utf-8") for each in lying}


def named(name: str, lying: Mapping[str, Shelved]) -> Template:
    """The template of that name. Raises UsageError where there is none."""
    if name not in lying:
        raise UsageError(
            f"template {name!r}", f"no such template.{did_you_mean(name, list(lying))}",
            "Name one of the list, or put yours into the workspace's templates folder.",
            next_command="regulars policy templates",
        )  # fmt: skip
    return lying[name].template
