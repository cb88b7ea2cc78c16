"""The package as its users meet it: what lies one dot deep, its name and version, and what is built to be installed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import forge
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Training
from forge.support.about import DISTRIBUTION, VERSION, how_to_install

ROOT = Path(__file__).resolve().parents[1]
PARTS = (
    "forge.blade",
    "forge.agents",
    "forge.experiments.evaluation.evaluate",
    "forge.experiments.runs.loading",
    "forge.support.plugins",
)


def python(script: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def declared() -> dict[str, str]:
    """The part of each name that `forge` declares to editors and type checkers."""
    tree = ast.parse(Path(forge.__file__).read_text("utf-8"))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in PARTS:
            found |= {alias.name: node.module for alias in node.names}
    return found


def test_what_is_declared_is_what_is_there() -> None:
    assert set(declared()) | {"__version__"} == set(forge.__all__)
    assert set(forge.__all__) <= set(dir(forge))
    for name, part in declared().items():
        __import__(part)
        assert getattr(forge, name) is getattr(sys.modules[part], name), name
    with pytest.raises(AttributeError, match="module 'forge' has no attribute 'mkae'"):
        forge.mkae  # noqa: B018


def test_the_world_one_dot_deep_needs_no_more_than_the_world() -> None:
    script = """
import sys, forge
print([name for name in ("numpy", "numba", "forge.blade") if name in sys.modules])
forge.World, forge.make, forge.Chaos
print([name for name in ("torch", "tensorboard", "rich", "forge.experiments", "forge.ethyr") if name in sys.modules])
"""
    assert python(script).split("\n") == ["[]", "[]"]


def test_without_torch_a_trained_policy_says_what_to_install() -> None:
    script = """
import sys
sys.modules["torch"] = None
import forge
print(forge.Law().spawn.cap)
try:
    forge.load
except ImportError as error:
    print(error)
"""
    assert python(script).splitlines() == ["128", f"this needs torch: {how_to_install('train')}"]


def test_make_makes_the_world_that_world_makes(tmp_path: Path) -> None:
    small = {"spawn.cap": 16, "terrain.side": 40}
    config, path = forge.Law(**small), tmp_path / "mine.toml"
    path.write_text(config.to_toml(), "utf-8")
    wanted = forge.World(config, 2, 3)
    wanted.reset()
    run = Run.create(tmp_path / "run", Training(world=config)).path
    for what, changes in (("law", small), (config, {}), (path, {}), (str(path), {}), (run, {}), (str(run), {})):
        world = forge.make(what, worlds=2, seed=3, threads=1, record=forge.Recording(lives=True), **changes)
        world.reset()
        assert (world.config, world.threads, world.recording.lives) == (config, 1, True)
        assert world.hash() == wanted.hash()
    assert forge.make().config == forge.Chaos()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("caos", "unknown preset 'caos'; did you mean 'chaos'.*no TOML file or run has that name"),
        (7, "config = 7 must be a preset .chaos, law, guild, realm., a TOML file, a run, a Config or .*, not int"),
    ],
)
def test_what_cannot_be_made_is_said(what: object, words: str) -> None:
    with pytest.raises(forge.ConfigError, match=words):
        forge.make(what)  # type: ignore[arg-type]


def test_name_and_version_are_said_once() -> None:
    assert (DISTRIBUTION, forge.__version__) == ("neural-mmo-forge", VERSION)
    said = subprocess.run([sys.executable, "-m", "forge.cli", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == f"{DISTRIBUTION} {VERSION}\n"
    sources = {path.name: path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")}
    assert [name for name, text in sources.items() if "neural-mmo" in text] == ["about.py"]
    assert [name for name, text in sources.items() if f'"{VERSION}"' in text] == ["about.py"]


def test_nobody_is_sent_to_another_projects_package() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    commands = [line for page in pages for line in page.read_text("utf-8").splitlines() if "pip install" in line]
    assert [line for line in commands if re.search(r"pip install [^`]*?\bneural[-_]mmo(?!_forge-)", line)] == []
    assert how_to_install("train,view").partition("or pip install '")[2].strip("'") in "".join(commands)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of this checkout, unpacked, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, "sdist", folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    build(folder / f"{DISTRIBUTION.replace('-', '_')}-{VERSION}", "wheel", folder)
    return folder


def build(source: Path, target: str, folder: Path) -> None:
    """Builds a distribution as pip does, but without fetching anything; nothing here can build the viewer's page."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    done = subprocess.run(
        command, cwd=source, env={**os.environ, "PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_sdist_is_small_and_holds_what_is_needed_to_build_and_test(built: Path) -> None:
    archive = next(built.glob("*.tar.gz"))
    assert archive.stat().st_size < 4e6
    source = built / archive.name.removesuffix(".tar.gz")
    for name in ("LICENSE", "README.md", "constraints.txt", "hatch_build.py", "client/toolchain.py", "docs/rules.md"):
        assert (source / name).is_file(), name
    assert (source / "tests" / "golden" / "hashes.json").is_file()
    assert not (source / "docs" / "experiments").exists()


def test_the_wheel_of_the_sdist_holds_the_package_and_the_page(built: Path) -> None:
    wheel = built / f"{DISTRIBUTION.replace('-', '_')}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(f"{DISTRIBUTION.replace('-', '_')}-{VERSION}.dist-info/METADATA").decode()
    sources = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src" / "forge").rglob("*.py")}
    page = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src/forge/embyr/_client/assets").iterdir()}
    assert page
    assert sources | page | {"forge/py.typed", "forge/embyr/_client/index.html"} <= names
    assert {name.partition("/")[0] for name in names} == {"forge", f"neural_mmo_forge-{VERSION}.dist-info"}
    lines = metadata.splitlines()
    assert f"Name: {DISTRIBUTION}" in lines
    assert f"Version: {VERSION}" in lines
    base = [line for line in lines if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert sorted(line.split()[1].partition(">")[0] for line in base) == ["numba", "numpy", "opensimplex<0.5,"]
