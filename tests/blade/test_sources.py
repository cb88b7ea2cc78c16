"""The digest of a module's own sources: what changes it, and what does not."""

import runpy
import sys
from pathlib import Path

import pytest

from forge.support import sources
from forge.support.checks import ConfigError
from forge.support.sources import source_digest, sources_of

FILES = {
    "worlds_of_mine/__init__.py": "import numpy\n",
    "worlds_of_mine/rules/__init__.py": "",
    "worlds_of_mine/rules/poison.py": "from . import doses\nimport json, missing\ndef late():\n    import beside\n",
    "worlds_of_mine/rules/doses.py": "from ..deep.inner import value\n",
    "worlds_of_mine/rules/by_name.py": "never_read_by_ast = 1\n",
    "worlds_of_mine/deep/inner.py": "value = 1\n",
    "worlds_of_mine/unused.py": "",
    "beside.py": "import folder.module\nimport beside\n",
    "folder/module.py": "",
    "unused.py": "",
}
MEANT = set(FILES) - {"worlds_of_mine/unused.py", "unused.py"}
NAME = "worlds_of_mine.rules.poison"


def written(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "worlds_of_mine/rules/poison.py"


def digest(file: Path) -> str:
    sources._digest.cache_clear()
    return source_digest(NAME, file)


def test_a_module_s_sources_are_its_package_and_what_it_imports_of_the_user_s_own(tmp_path: Path) -> None:
    found = sources_of(NAME, written(tmp_path))
    assert {path.relative_to(tmp_path).as_posix() for path in found} == MEANT
    assert NAME not in sys.modules, "nothing was imported"


def test_every_edit_of_them_is_seen_and_no_other_nor_where_they_lie(tmp_path: Path) -> None:
    file = written(tmp_path / "here")
    before = digest(file)
    for name in FILES:
        path = tmp_path / "here" / name
        path.write_text(FILES[name] + "# edited\n")
        assert (digest(file) != before) == (name in MEANT), name
        path.write_text(FILES[name])
    (tmp_path / "here/worlds_of_mine/rules/new.py").write_text("")
    assert digest(file) != before
    assert digest(written(tmp_path / "elsewhere")) == before


def test_a_module_is_found_by_its_name_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert len(sources_of(NAME)) == len(MEANT)
    with pytest.raises(ConfigError, match=r"module worlds_of_mine\.nothing has no source that"):
        sources_of("worlds_of_mine.nothing")


def test_a_module_can_ask_while_it_is_imported(tmp_path: Path) -> None:
    script = tmp_path / "asking.py"
    script.write_text(
        "from pathlib import Path\nfrom forge.support.sources import source_digest, sources_of\nimport helper\n"
        "found = sources_of(__name__, Path(__file__))\n"
    )
    (tmp_path / "helper.py").write_text("")
    sys.path.insert(0, str(tmp_path))
    try:
        assert runpy.run_path(str(script))["found"] == (script, tmp_path / "helper.py")
    finally:
        sys.path.remove(str(tmp_path))
