"""Threads share items out: each is done once, by whoever is there; nobody waits for a thread that is not."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from forge.blade import Chaos, World
from forge.blade.threads import pool as module
from forge.blade.threads.job import Job
from forge.blade.threads.pool import run
from forge.blade.threads.share import ALONE_UNTIL, LONGEST, PATIENCE, PENALTY, WORTH, lanes_for, penalty_after
from tests.blade.threads.kernels import conduct_all, count_all, fail_all, keep_done, keep_limit, meet_all
from tests.blade.worlds import patchwork, wanderer

ROOT = Path(__file__).resolve().parents[3]
CONFIG = Chaos(**{"terrain.side": 24, "terrain.border": 5, "spawn.cap": 32})


def in_new_process(script: str, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("work", "threads", "lanes"),
    [
        (0, 8, 1),
        (WORTH, 8, 1),
        (2 * WORTH - 1, 8, 1),
        (2 * WORTH, 8, 2),
        (2 * WORTH, 1, 1),
        (7 * WORTH, 4, 4),
        (1000 * WORTH, 64, 64),
    ],
)
def test_a_thread_is_used_where_there_is_work_that_pays_for_it(work: int, threads: int, lanes: int) -> None:
    assert lanes_for.py_func(work, threads) == lanes


def test_what_threads_lose_is_paid_back_by_working_alone() -> None:
    # 10 items, of which the caller did 5 in 500; alone it would have taken 1,000
    assert penalty_after(0, 500, 0, 5, 10) == 0  # won 500
    assert penalty_after(0, 500, 499, 5, 10) == 0  # still won
    assert penalty_after(0, 500, 800, 5, 10) == 300 * PATIENCE  # lost 300
    assert penalty_after(1000, 500, 800, 5, 10) == 1000 + 300 * PATIENCE
    assert penalty_after(1000, 500, 0, 5, 10) == 500  # what is won is taken off
    assert penalty_after(LONGEST, 500, 10**9, 5, 10) == LONGEST
    assert penalty_after(0, 500, 0, 10, 10) == 0  # nobody came: nothing lost
    assert penalty_after(0, 1, 10**6, 0, 10) == PATIENCE * (1 + 10**6 - 10)  # others took every item


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("items", [0, 1, 2, 3, 7, 100])
def test_every_item_is_done_once(threads: int, items: int) -> None:
    done = np.zeros(items, np.int64)
    for job in range(1, 201):
        run(count_all, threads, done)
        assert (done == job).all()


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_work_at_the_same_time(threads: int) -> None:
    run(count_all, threads, np.zeros(1, np.int64))  # there is a pool now
    assert module._pool is not None
    module._pool.words[[PENALTY, ALONE_UNTIL]] = 0
    met = np.zeros(threads, np.int64)
    run(meet_all, threads, np.zeros(1, np.int64), met)
    assert met.all()


def test_a_caller_that_lost_time_works_alone() -> None:
    run(count_all, 2, np.zeros(1, np.int64))
    assert module._pool is not None
    words = module._pool.words
    words[ALONE_UNTIL] = np.iinfo(np.int64).max
    try:
        with module._pool.busy:  # nobody else may use it meanwhile
            before = words[0]
            done = np.zeros(100, np.int64)
            count_all(words, 2, done)
        assert done.all()
        assert words[0] == before  # no job was made known
    finally:
        words[ALONE_UNTIL] = 0


@pytest.mark.parametrize("threads", [1, 3])
def test_a_kernel_that_fails_is_named_and_the_next_one_runs(threads: int) -> None:
    done = np.zeros(40, np.int64)
    with pytest.raises(RuntimeError, match="fail_all failed in compiled code"):
        run(fail_all, threads, done, 20)
    assert not done[20:].any()
    run(fail_all, threads, done, 40)
    assert (done[20:] == 1).all()


def hashes(threads: int, seed: int = 0) -> list[str]:
    """What becomes of worlds with enough agents for threads to pay."""
    world = World(CONFIG, 24, seed, threads, [patchwork(CONFIG.terrain, i) for i in range(24)])
    rng, play, seen = np.random.default_rng(seed), wanderer(care=1.0), world.reset()
    for _ in range(60):
        seen = world.step(play(rng, seen, CONFIG))[0]
    return [world.hash(), str(int(world.state.living_count.sum()))]


@pytest.mark.parametrize("threads", [1, 3])
def test_arguments_are_kept_for_many_jobs(threads: int) -> None:
    done, other = np.zeros(50, np.int64), np.zeros(50, np.int64)
    job, second = Job(keep_done, conduct_all, done), Job(keep_done, conduct_all, other)
    for _ in range(3):
        job.run(threads, 50)
        second.run(1, 20)
    np.testing.assert_array_equal(done, 3)
    np.testing.assert_array_equal(other, [3] * 20 + [0] * 30)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_kept_job_that_fails_says_so_and_can_be_run_again(threads: int) -> None:
    done = np.zeros(8, np.int64)
    job = Job(keep_limit, conduct_all, done, 4)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="conduct_all failed"):
            job.run(threads, 8)
    job.run(threads, 4)
    assert not done[4:].any()


def test_worlds_do_not_depend_on_threads() -> None:
    alone = hashes(1)
    assert int(alone[1]) * 60 > 2 * WORTH  # there is work for two
    assert hashes(2) == hashes(5) == alone


def test_several_threads_of_python_may_step_worlds_at_once() -> None:
    wanted = [hashes(1, seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda seed: hashes(3, seed), range(4))) == wanted


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system makes no processes by fork")
def test_a_process_made_by_fork_steps_worlds_on_threads_of_its_own() -> None:
    script = """
import os, threading
from tests.blade.threads.test_pool import hashes
print(*hashes(3), flush=True)
child = os.fork()
if child == 0:
    print(*hashes(3), sum(t.name.startswith("forge-") and t.is_alive() for t in threading.enumerate()), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(*hashes(3))
"""
    found = in_new_process(script)
    assert found[:2] == found[2:4] == found[5:]
    assert found[4] == "2"


def test_workers_made_by_fork_outlive_a_parent_that_has_stepped_on_threads() -> None:
    script = """
import multiprocessing
from tests.blade.threads.test_pool import hashes
print(hashes(2)[0])
with multiprocessing.get_context("fork").Pool(2) as workers:
    print(*(found[0] for found in workers.map(hashes, [2, 2])))
"""
    assert len(set(in_new_process(script))) == 1


def test_no_thread_of_another_library_is_started() -> None:
    script = """
import numba
from tests.blade.threads.test_pool import hashes
hashes(2)
try:
    print(numba.threading_layer())
except ValueError:
    print("none")
"""
    assert in_new_process(script) == ["none"]
