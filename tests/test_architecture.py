"""What holds for the source as a whole: which part may import which, no pickles, no file too long to read."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 400

MOST = 15  # modules of a package, besides its __init__

# Each layer and the layers it may import. A part of forge that is not listed (experiments, bench, cli) is the top: it
# may import everything, and no layer may import it.
LAYERS: dict[str, set[str]] = {
    "support": set(),
    "blade": {"support"},
    "ethyr": {"support", "blade"},
    "trinity": {"support", "blade", "ethyr"},
    "embyr": {"support", "blade"},
    "agents": {"support", "blade"},
}
WORLD_NEEDS = {"numpy", "numba", "llvmlite", "opensimplex"}
PICKLERS = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


def module_name(path: Path) -> str:
    """The dotted name of a file under src; a package keeps its __init__, so that relative imports resolve alike."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


def imported(module: str, tree: ast.AST) -> Iterator[str]:
    """Every absolute dotted name that a module imports, at any depth of its code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def part_of(name: str) -> str:
    """The part of forge that a dotted name lies in: forge.blade.world.world is in blade, forge itself in none."""
    return (name.split(".") + [""])[1]


def forbidden_imports(module: str, code: str) -> list[str]:
    """The imports by which a module breaks the import rule."""
    part = part_of(module)
    if part not in LAYERS:
        return []
    names = set(imported(module, ast.parse(code)))
    ours = {name for name in names if name.split(".")[0] == "forge"}
    wrong = {name for name in ours if part_of(name) not in LAYERS[part] | {part}}
    if part == "blade":
        outside = WORLD_NEEDS | sys.stdlib_module_names
        wrong |= {name for name in names - ours if name.split(".")[0] not in outside}
    return sorted(wrong)


def pickle_uses(module: str, code: str) -> list[str]:
    """The ways in which a module could load a pickle."""
    tree = ast.parse(code)
    found = [name for name in imported(module, tree) if name.split(".")[0] in PICKLERS]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        options = {word.arg: ast.unparse(word.value) for word in call.keywords}
        if options.get("allow_pickle", "False") != "False":
            found.append(ast.unparse(call))
        if ast.unparse(call.func) == "torch.load" and options.get("weights_only") != "True":
            found.append(ast.unparse(call))
    return found


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_one_way(path: Path) -> None:
    assert forbidden_imports(module_name(path), path.read_text("utf-8")) == []


def modules_imported() -> dict[str, set[str]]:
    """For each module of the package the modules of it that it names in an import, those for type checking too."""
    known = {module_name(path).removesuffix(".__init__") for path in MODULES}
    found = {}
    for path in MODULES:
        names = {name if name in known else name.rpartition(".")[0] for name in names_of(path)}
        module = module_name(path).removesuffix(".__init__")
        found[module] = (names & known) - {module}
    return found


def packages_imported() -> dict[str, set[str]]:
    """For each package those that its modules import; a package's facade, its `__init__`, is the package's own."""
    folders = {module_name(path).removesuffix(".__init__") for path in MODULES if path.name == "__init__.py"}
    found: dict[str, set[str]] = {folder: set() for folder in folders}
    for module, names in modules_imported().items():
        package = module if module in folders else module.rpartition(".")[0]
        found[package] |= {name if name in folders else name.rpartition(".")[0] for name in names} - {package}
    return found


def circle(graph: dict[str, set[str]]) -> tuple[str, ...]:
    """Some circle of a graph, in which each leads to the next; nothing if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def test_no_module_and_no_package_imports_another_in_a_circle() -> None:
    assert circle(modules_imported()) == ()
    assert circle(packages_imported()) == ()
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == {"b", "c"}


def test_no_package_holds_more_than_one_can_overlook() -> None:
    sizes = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    assert {str(folder): count for folder, count in sizes.items() if count > MOST} == {}


def test_modules_are_found_by_the_names_they_had() -> None:
    """In an interpreter of its own, in which nothing has been imported by its name of now."""
    code = (
        "import importlib, sys, warnings\n"
        "from forge.support.moved import MOVED\n"
        "warnings.simplefilter('error')\n"
        "for old, new in MOVED.items():\n"
        "    try: importlib.import_module(old)\n"
        "    except DeprecationWarning as warning: assert new in str(warning)\n"
        "    else: raise AssertionError(old)\n"
        "warnings.simplefilter('ignore')\n"
        "for old, new in MOVED.items():\n"
        "    if 'rllib' in old: continue\n"
        "    one, other = importlib.import_module(old), importlib.import_module(new)\n"
        "    assert one is other and one.__spec__.name == one.__name__ == new, old\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_kernel_runs_on_the_threads_of_numba() -> None:
    """They wait for each other without end on a busy machine, and do not outlive a fork: see docs/architecture.md."""
    loops = {path for path in MODULES if any(name == "numba.prange" for name in names_of(path))}
    assert loops == set()


def names_of(path: Path) -> Iterator[str]:
    """Every name that a file imports."""
    return imported(module_name(path), ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_nothing_loads_pickles(path: Path) -> None:
    assert pickle_uses(module_name(path), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("module", "code", "wrong"),
    [
        ("forge.blade.world.world", "import os, numpy as np\nfrom numba import njit", []),
        ("forge.blade.world.world", "import torch", ["torch"]),
        ("forge.blade.world.world", "def late():\n    import yaml.nodes", ["yaml.nodes"]),
        ("forge.blade.world.world", "from forge.ethyr.networks import policy", ["forge.ethyr.networks.policy"]),
        ("forge.blade.world.world", "from forge import cli, blade", ["forge.cli"]),
        ("forge.blade.world.world", "from forge.support.about import VERSION", []),
        ("forge.blade.systems.combat", "from ..state import State\nfrom . import vitals", []),
        ("forge.blade.systems.combat", "from ...trinity import smith", ["forge.trinity.smith"]),
        ("forge.blade.__init__", "from .world import World", []),
        ("forge.blade.__init__", "from ..agents import forager", ["forge.agents.forager"]),
        ("forge.ethyr.networks.policy", "import torch\nfrom forge.blade import World", []),
        ("forge.ethyr.networks.policy", "import forge.trinity", ["forge.trinity"]),
        ("forge.trinity.realms.god", "from forge.ethyr import policy\nimport forge.embyr", ["forge.embyr"]),
        ("forge.cli", "import rich\nfrom forge import embyr, experiments, trinity", []),
    ],
)
def test_the_import_rule_itself(module: str, code: str, wrong: list[str]) -> None:
    assert forbidden_imports(module, code) == wrong


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("import numpy as np\nnp.load('a.npz')\nnp.load('a.npz', allow_pickle=False)", 0),
        ("import numpy as np\nnp.load('a.npz', allow_pickle=True)", 1),
        ("import numpy as np\nnp.load('a.npz', allow_pickle=trusted)", 1),
        ("import torch\ntorch.load('a.pt', weights_only=True)", 0),
        ("import torch\ntorch.load('a.pt')", 1),
        ("import torch\ntorch.load('a.pt', weights_only=False)", 1),
        ("from pickle import loads", 1),
    ],
)
def test_the_pickle_rule_itself(code: str, count: int) -> None:
    assert len(pickle_uses("forge.trinity.runs", code)) == count


def test_importing_the_world_loads_nothing_else() -> None:
    """A fresh interpreter, because this one has loaded other tests' imports already."""
    heavy = ["torch", "matplotlib", "ray", "starlette", "PIL", "tensorboard", "rich", "tyro", "gymnasium", "pettingzoo"]
    script = f"""
import importlib.util, sys
if importlib.util.find_spec("forge.blade"):
    import forge.blade
print(*(name for name in {heavy} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    files = [*ROOT.glob("*.py"), *MODULES, *(ROOT / "tests").rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}
