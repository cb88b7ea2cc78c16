"""mkdocs hook: pages that stand elsewhere in the repository, the list of reports, and marks that are for tests."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
#: Where a page of the site stands in the repository, if not in docs/.
ELSEWHERE = {"changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md", "examples.md": "examples/README.md"}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def on_config(config: Any) -> Any:
    """Fills the entry Reports of the navigation with all reports there are, by name."""
    for group in config.nav:
        for entry in group.get("Studies", ()):
            if isinstance(entry, dict) and "Reports" in entry:
                entry["Reports"] = reports(Path(config.docs_dir))
    return config


def reports(docs: Path) -> list[dict[str, str]]:
    """The reports in docs/experiments as entries of a navigation: the title of each, and its page."""
    found = sorted((docs / "experiments").glob("*/report.md"))
    return [{_title(path): path.relative_to(docs).as_posix()} for path in found]


def _title(page: Path) -> str:
    title = page.read_text("utf-8").split("\n", 1)[0].lstrip("# ")
    return title[:1].upper() + title[1:]


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages of ELSEWHERE."""
    for name, source in ELSEWHERE.items():
        path = ROOT / source
        files.append(File.generated(config, name, content=moved(path.read_text("utf-8"), source)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Takes the mark off blocks that tests do not run: with it, they would not be read as code."""
    return markdown.replace("```python no-run\n", "```python\n")


def moved(text: str, source: str) -> str:
    """The Markdown of a page with its links as they are from docs/.

    Args:
        text: of the page.
        source: where it stands, from the root of the repository. A link to a file that is not part of the site becomes
            the text of the link.
    """

    def link(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        path = _resolved(PurePosixPath(source).parent / target.partition("#")[0])
        page = next((name for name, there in ELSEWHERE.items() if there == path), path.removeprefix("docs/"))
        inside = page != path or path.startswith("docs/")
        mark = target[target.index("#") :] if "#" in target else ""
        return f"{picture}[{words}]({page}{mark})" if inside else words

    return _LINK.sub(link, text)


def _resolved(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
