"""Small files in TOML and JSON: whatever is in one, it is read or refused in one sentence, and costs little."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.blade import Config, ConfigError
from forge.experiments.evaluation.match import world_named
from forge.experiments.runs.settings import Training
from forge.support.documents import DEEPEST, LARGEST, parse_json, read_json, read_toml

MB = 2**20
WORLD = b"[spawn]\ncap = 8\n[terrain]\nside = 32\n"

BAD = {
    "a number for a table": (b"world = 3", r"\[world\] must be a table of sections, not 3"),
    "6,000 digits": (b"[spawn]\ncap = " + b"9" * 6000, "not TOML: an integer is too long"),
    "many bits": (b"[spawn]\ncap = 0x" + b"f" * 6000, "an integer of 24000 bits; at most 64 are allowed"),
    "deep lists": (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deep"),
    "deep tables": (b"a = " + b"{a=" * 5000 + b"1" + b"}" * 5000, "nested too deep"),
    "deep enough": (b"a = " + b"[" * 20 + b"]" * 20, f"nested too deep: more than {DEEPEST} tables or lists"),
    "a long key": (b".".join([b"a"] * 50_000) + b" = 1", f"a key has more than {DEEPEST} parts"),
    "a long table": (b"[" + b" . ".join([b"a"] * 40_000) + b"]", f"a key has more than {DEEPEST} parts"),
    "a long quoted key": (b".".join([b"'a'", b'"#"'] * 20_000) + b" = 1", "a key has more than"),
    "a long key behind strings": (b'x = ["""a"""", {' + b"a." * 20_000 + b"a = 1}]", "a key has more than"),
    "Latin-1": (b"# \xe9\n" + WORLD, "is not text in UTF-8: byte 2 is 0xe9"),
    "UTF-16": (WORLD.decode().encode("utf-16"), "is not text in UTF-8: byte 0 is 0xff"),
    "NUL": (b"\0" * 600, "not TOML"),
    "long": (b"#" * (LARGEST + 1), "is too long: more than 262,144 bytes"),
    "without end": (b'x = """\\' + b'"""\\' * 50_000, "not TOML"),
    "no key": (b"= 3", "not TOML: Invalid statement"),
    "two kinds": (b"[world.spawn]\ncap = 8\n[spawn]\ncap = 16", "unknown table 'spawn'"),
    "a long name": (b"a" * 100_000 + b" = 1", "unknown (section|table) 'aaa"),
    "a long name twice": (b"[" + b"a" * 100_000 + b"]\n" + b"[" + b"a" * 100_000 + b"]", "not TOML: Cannot declare"),
    "a long text": (b"[spawn]\ncap = '" + b"a" * 100_000 + b"'", "spawn.cap = 'aaa.*… must be int, not str"),
    "a list for a table": (b"[[spawn]]\ncap = 8", r"\[spawn\] must be a table of fields, not \[{'cap': 8}\]"),
}


def readers(path: Path) -> list[Callable[[], object]]:
    return [lambda: Config.from_toml(path), lambda: Training.from_toml(path), lambda: world_named(str(path))]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_error_that_names_it(name: str, tmp_path: Path) -> None:
    data, message = BAD[name]
    path = tmp_path / "world.toml"
    path.write_bytes(data)
    for read in readers(path):
        tracemalloc.start()
        with pytest.raises(ConfigError, match=f"^{path}.*{message}") as caught:
            read()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(str(caught.value)) < 500
        assert peak < 50 * MB


def test_a_release_without_end_is_none() -> None:
    with pytest.raises(ConfigError, match=r"release = '9999.*…? must be the text of a release's number"):
        Training.from_toml(f'release = "{"9" * 6000}.0"')


def test_what_is_no_file(tmp_path: Path) -> None:
    for read in readers(tmp_path)[:2]:
        with pytest.raises(ConfigError, match=f"{tmp_path} cannot be read: is a directory"):
            read()
    for read in readers(tmp_path / "world.toml")[:2]:
        with pytest.raises(ConfigError, match=r"world.toml cannot be read: no such file or directory"):
            read()


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "world.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WORLD)
    for config in (Config.from_toml(path), Training.from_toml(path).world, world_named(str(path))):
        assert config is not None
        assert (config.spawn.cap, config.terrain.side) == (8, 32)
    assert Config.from_toml("\ufeff" + WORLD.decode()).spawn.cap == 8


def test_a_world_and_a_run_are_read_as_either(tmp_path: Path) -> None:
    world, run = tmp_path / "world.toml", tmp_path / "run.toml"
    world.write_bytes(WORLD)
    run.write_text("[run]\nworlds = 3\n[world.spawn]\ncap = 8\n[world.terrain]\nside = 32\n")
    assert Config.from_toml(world) == Config.from_toml(run) == world_named(str(run))
    assert Training.from_toml(world).world == Training.from_toml(run).world == Config.from_toml(world)
    assert Training.from_toml(run).run.worlds == 3


def test_keys_and_values_that_only_look_long() -> None:
    dots = "a." * 100
    text = f"""# {dots}
    "{dots}" = 1
    x = '''
    {dots} = 1'''
    y = '{dots}' # "{dots}
    z = [{", ".join(["1.5"] * 100)}]
    {".".join("a" * DEEPEST)} = 2
    """
    assert read_toml(text)["x"].strip() == f"{dots} = 1"
    assert len(read_toml(text)["z"]) == 100


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[" * 100_000, "nested too deep"),
        (b"[" * 20 + b"]" * 20, "nested too deep"),
        (b'{"a": ' + b"9" * 6000 + b"}", "not JSON: an integer is too long"),
        (b'{"a": 99999999999999999999}', "integer of 67 bits"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": 1', "not JSON"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b" " * (LARGEST + 1), "too long"),
    ],
)
def test_json_within_limits(text: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text)
    with pytest.raises(ConfigError, match=f"^{path}.*{message}"):
        read_json(path)
    path.write_text(json.dumps({"a": [1, -(2**63), 2**64 - 1, 0.5, None, "é"]}))
    assert read_json(path) == {"a": [1, -(2**63), 2**64 - 1, 0.5, None, "é"]}
    assert str(parse_json(b"[NaN, Infinity]", "x", nan=True)) == "[nan, inf]"
