"""What a report says of the machine."""

import os
import platform
import re
import subprocess
from pathlib import Path

import numpy
import pytest

from forge.support.host import machine


def test_description_names_processor_versions_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    found = machine.describe()
    assert found["cpu"].strip()
    assert found["threads"] == os.cpu_count()
    assert found["memory_gb"] > 0
    assert found["python"] == platform.python_version()
    assert found["versions"]["numpy"] == numpy.__version__
    assert found["environment"]["OMP_NUM_THREADS"] == "3"
    assert "OMP_WAIT_POLICY" not in found["environment"]
    assert re.match(r"\d{4}-\d\d-\d\dT", found["started"])


def test_commit_is_that_of_the_folder_and_tells_of_changes(tmp_path: Path) -> None:
    assert machine.commit(tmp_path) is None

    def git(*words: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        done = subprocess.run(["git", "-C", tmp_path, *identity, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-q", "-m", "first")
    git("tag", "-a", "v1", "-m", "a tag that must not take the place of the hash")
    head = git("rev-parse", "--short=12", "HEAD")
    assert machine.commit(tmp_path) == head
    (tmp_path / "file").write_text("two")
    assert machine.commit(tmp_path) == f"{head}-dirty"


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.commit(Path(__file__).parent) is None
