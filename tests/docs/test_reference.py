"""The reference is whole: every public name and every field of a configuration is in it, and links lead somewhere."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import griffe
import pytest
import yaml

import forge
from forge import cli
from forge.blade import AGENT, EVENT, LIFE, Chaos, Config, Law
from forge.blade.game.game import OPTIONS
from forge.blade.schema.versions import CONFIGURATION, CONFIGURATION_RELEASES, SNAPSHOT_RELEASES, SNAPSHOTS
from forge.blade.state.observation import schema_page
from forge.ethyr.learning.settings import Learning
from forge.experiments.runs.settings import Session, Training
from tests.docs.test_snippets import PAGES, blocks

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGES = ("forge", "forge.blade", "forge.agents", "forge.trinity", "forge.embyr")
#: Python that users are shown: the blocks of pages, and the examples.
SHOWN = {
    **{str(page.relative_to(ROOT)): "".join(block.code for block in blocks(page.read_text("utf-8"))) for page in PAGES},
    **{str(path.relative_to(ROOT)): path.read_text("utf-8") for path in (ROOT / "examples").rglob("[a-z]*.py")},
}


def script(path: str) -> ModuleType:
    """A script of the documentation, which is no part of a package."""
    spec = importlib.util.spec_from_file_location(f"docs_{Path(path).stem}", DOCS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tables, pages = script("hooks/tables.py"), script("hooks/pages.py")


def origin(module: str, name: str) -> tuple[str, str]:
    """Where a name is defined: `forge.blade`, `World` is `forge.blade.world.world`, `World`. Constants stay."""
    found = getattr(importlib.import_module(module), name)
    if isinstance(found, ModuleType):
        return found.__name__, ""
    home = getattr(found, "__module__", None)
    named = isinstance(home, str) and home.startswith("forge") and hasattr(found, "__qualname__")
    return (home, found.__qualname__) if named else (module, name)


def documented() -> tuple[set[tuple[str, str]], set[str]]:
    """What the reference names: single names, by where they are defined, and whole modules."""
    names, modules = set(), set()
    for page in (DOCS / "reference").glob("*.md"):
        text = page.read_text("utf-8")
        for path, options in re.findall(r"^::: ([\w.]+)\n(?: +options: \{(.*)\})?", text, re.M):
            try:
                importlib.import_module(path)
            except ModuleNotFoundError:
                names.add(origin(*path.rpartition(".")[::2]))
                continue
            listed = re.search(r"members: \[(.*?)\]", options)
            if listed:
                names |= {origin(path, name) for name in listed[1].split(", ")}
            elif "members: false" not in options:
                modules.add(path)
    return names, modules


NAMES, MODULES = documented()


def is_documented(module: str, name: str) -> bool:
    home, inside = origin(module, name)
    return (home, inside) in NAMES or home in MODULES


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_in_the_reference(package: str) -> None:
    names = [name for name in importlib.import_module(package).__all__ if not name.startswith("__")]
    assert [name for name in names if not is_documented(package, name)] == []


def test_what_lies_one_dot_deep_is_in_the_table_of_the_reference() -> None:
    page = (DOCS / "reference" / "index.md").read_text("utf-8")
    assert {*re.findall(r"`forge\.(\w+)`", page)} >= {*forge.__all__}


@pytest.mark.parametrize("source", [name for name, code in SHOWN.items() if "forge" in code])
def test_every_name_that_users_are_shown_is_in_the_reference(source: str) -> None:
    imports = [node for node in ast.walk(ast.parse(SHOWN[source])) if isinstance(node, ast.ImportFrom)]
    shown = [(node.module or "", alias.name) for node in imports for alias in node.names]
    ours = [(module, name) for module, name in shown if module.partition(".")[0] == "forge"]
    assert [f"{module}.{name}" for module, name in ours if not is_documented(module, name)] == []


def test_what_is_in_the_reference_has_a_docstring() -> None:
    silent = []
    for home, inside in NAMES:
        found: Any = sys.modules[home]
        for part in inside.split(".") if inside else ():
            found = getattr(found, part)
        if isinstance(found, type | ModuleType) or callable(found):
            silent += [] if found.__doc__ else [f"{home}.{inside}"]
    assert silent == []


def test_every_field_of_a_configuration_is_in_its_table() -> None:
    page = tables.on_page_markdown((DOCS / "configuration.md").read_text("utf-8"))
    kinds = {f"world.{f.name}": type(f.default) for f in dataclasses.fields(Config)}
    kinds |= {f"world.{name}": part.section for name, part in OPTIONS.items() if part.section is not None}
    assert kinds.keys() | {"run", "learning"} == {*re.findall(r"^## `\[(.+)\]`$", page, re.M)}
    for name, kind in (kinds | {"run": Session, "learning": Learning}).items():
        section = page.partition(f"## `[{name}]`")[2].partition("\n## ")[0]
        prefix = name.removeprefix("world.") + "." if name in kinds else ""
        for f in dataclasses.fields(kind):
            (row,) = re.findall(rf"^\| `{re.escape(prefix + f.name)}` \| .*$", section, re.M)
            assert f"| {f.type} |" in row
            assert f.metadata["doc"] in row


def test_defaults_ranges_and_releases_in_the_table_are_those_of_the_code() -> None:
    """Rows by hand: one default that Law has otherwise, one that a run has otherwise, a newer field, each kind."""
    page = tables.configuration()
    for row in (
        "| `combat.melee_damage` | int | 10; in Law 0 | 0 .. 30000 | health taken by a melee attack | 2.0 |",
        "| `spawn.random_cap` | bool | `false`; in a training run `true` | `true`, `false` | each world draws",
        "| `reward.kill` | float | 0.0 | −10^6 .. 10^6 | reward of every agent killed | 2.1 |",
        '| `algorithm` | str | `"ppo"` | `pg`, `ppo` |',
        "| `terrain.seed` | int | 0 | 0 .. 2^63 − 1 |",
    ):
        assert row in page, row
    assert (Law().combat.melee_damage, Chaos().combat.melee_damage) == (0, 10)
    assert Training().world.spawn.random_cap != Config().spawn.random_cap


def test_every_version_of_a_format_has_its_release() -> None:
    assert [*CONFIGURATION_RELEASES] == [*range(1, CONFIGURATION.newest + 1)]
    assert [*SNAPSHOT_RELEASES] == [*range(1, SNAPSHOTS.newest + 1)]


def test_every_column_of_a_record_is_in_its_table() -> None:
    for name, dtype in (("AGENT", AGENT), ("EVENT", EVENT), ("LIFE", LIFE)):
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", tables.record(name), re.M)
        assert rows == [(n, dtype[n].base.name) for n in dtype.names if n != "pad"]
        assert f"<!-- table: record {name} -->" in (DOCS / "reference" / "data.md").read_text("utf-8")


def test_the_page_of_observations_is_that_of_the_schema() -> None:
    assert (DOCS / "observations.md").read_text("utf-8") == schema_page(Chaos())


def test_every_command_is_on_its_page_with_its_help() -> None:
    page = tables.on_page_markdown((DOCS / "commands.md").read_text("utf-8"))
    assert re.findall(r"^## `forge (\w+)`$", page, re.M) == [*cli.COMMANDS]
    for name, command in cli.COMMANDS.items():
        assert f"| `forge {name}` | {command.summary} |" in page
        section = page.partition(f"## `forge {name}`\n")[2].partition("\n## ")[0]
        assert re.search(rf"^usage: forge {name}\b", section, re.M)
    for words in ("usage: forge bench world", "usage: forge bench viewer", "--evaluation-worlds", "--nRealm"):
        assert words in page
    assert not re.search(r"\x1b|/root|/home", page)


def test_comments_beside_fields_are_their_documentation() -> None:
    extensions = griffe.load_extensions(DOCS / "hooks" / "comments.py")
    observation = griffe.load("forge.blade.state.observation", search_paths=[ROOT / "src"], extensions=extensions)
    for name, words in (
        ("Observation.seen", "uint16 [W, N, K]: slots of the agents in view; entry 0 is the observer."),
        ("Observation.styles", "Attack styles to choose from: 3, or 4 with hold; all are always valid."),
        ("FEATURES", "The eleven features, in the order of `Observation.features`."),
        ("Observation.alive", "Boolean [W, N]: slots that hold an agent."),
    ):
        assert observation[name].docstring.value.startswith(words), name
    assert observation["_PAGE"].docstring is None


def test_pictures_are_as_their_script_draws_them() -> None:
    boxes = script("images/boxes.py")
    assert len(boxes.PICTURES) == 2
    for name in boxes.PICTURES:
        assert (DOCS / "images" / name).read_text("utf-8") == boxes.picture(name), name


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(KeyError, match="colours"):
        tables.on_page_markdown("<!-- table: colours -->")


def test_pages_from_elsewhere_link_as_if_they_stood_in_docs() -> None:
    text = "[a](../docs/rules.md#agents) [b](run.py) [c](https://x.org) [d](#e) ![f](../docs/images/x.png)"
    moved = "[a](rules.md#agents) b [c](https://x.org) [d](#e) ![f](images/x.png)"
    assert pages.moved(text, "examples/README.md") == moved
    assert pages.moved("[a](CHANGELOG.md) [b](docs/rules.md)", "CONTRIBUTING.md") == "[a](changelog.md) [b](rules.md)"


def test_every_page_is_in_the_navigation_in_order_and_reports_lie_under_studies() -> None:
    class Loader(yaml.SafeLoader):
        """Reads mkdocs.yml, whose tags name Python functions, which are not wanted here."""

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    nav = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader)["nav"]
    assert [name for group in nav for name in group] == ["Start", "Guides", "Reference", "Studies", "Development"]
    listed = re.findall(r"[\w/]+\.md", str(nav))
    written = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if page.name != "report.md"]
    assert sorted(listed) == sorted([*written, *pages.ELSEWHERE])
    assert len(pages.reports(DOCS)) == len([*DOCS.glob("experiments/*/report.md")])
    assert {"Reports": []} in next(group["Studies"] for group in nav if "Studies" in group)


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "llms.txt", "examples/README.md"])
def test_links_of_what_stands_outside_the_docs_lead_to_files(name: str) -> None:
    page = ROOT / name
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    local = [target.partition("#")[0] for target in targets if not re.match(r"https?:|#", target)]
    assert [target for target in local if not (page.parent / target).is_file()] == []


def test_citation_and_changelog_name_this_release() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert citation["version"] == forge.__version__
    assert citation["license"] == project["license"]
    assert {"cff-version", "message", "title", "authors", "date-released"} <= citation.keys()
    assert f"\n## {forge.__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_agents_are_told_of_every_guide_and_reference() -> None:
    """llms.txt: a title, a summary, and lists of links, each with what is behind it."""
    text = (ROOT / "llms.txt").read_text("utf-8")
    assert re.match(r"# .+\n\n> .+", text)
    assert all(re.match(r"- \[.+\]\(.+\): .+", line) for line in text.split("\n") if line.startswith("- ["))
    listed = {*re.findall(r"\]\(docs/([\w/]+\.md)\)", text)}
    written = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if page.name != "report.md"}
    assert written - listed == set()
