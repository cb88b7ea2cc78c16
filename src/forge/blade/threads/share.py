"""A kernel's items, shared out among threads: each thread takes items until none is left.

`parallel(kernel)` makes of a kernel that does one item what compiled code calls to have many done:

    launch_takes = parallel(take, 1)           # take(actions, w) is a kernel; w is its argument 1

    @jit
    def take_all(pool, threads, actions):
        launch_takes(pool, lanes_for(nanoseconds, threads), actions.shape[0], (actions,))

and Python calls `forge.blade.threads.pool.run(take_all, threads, actions)`. `kept(kernel)` is for many arguments that
stay the same: they are taken from Python once, see `forge.blade.threads.job`. Which thread does an item, and when, is
left open, so an item must not depend on others.

A thread first takes the items of its own part from the front, so that it finds in its cache what it worked on the last
time; then it helps the others from the back of theirs. The caller is one of the threads and never waits for a thread
that has not begun: it does that thread's items itself. What it may have to wait for is one item that another thread is
working on. Where that thread was put off its core in the middle of it, that can take a thousand times as long as the
item; so after a job that took longer than it would have alone, the caller works alone for a while (`penalty_after`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from forge.blade.compiled.jit import inline, jit
from forge.blade.compiled.reference import STEP, by_reference, handed_over
from forge.blade.threads.atomic import ENTRY, add, clock, enter, exchange, load, pause, store, swap_if

#: Words of a cache line: what different threads write lies on different lines.
LINE = 8
#: Words of a pool that all threads read. GATE holds the number of the job, how many threads are inside, and OPEN.
GATE, ADDRESS, CONTEXT, LANES, FAILED, PENALTY, ALONE_UNTIL, STOPPED = 0, *range(LINE, LINE + 7)
#: From here on a line for each thread: its items left, how many it took, whether it sleeps, the lock it sleeps at.
FIRST = 2 * LINE
LEFT, TAKEN, ASLEEP, BELL = range(4)
#: Words of a room of `kept` ahead of the arguments.
BEHIND = 2
#: Parts of GATE.
OPEN, INSIDE, JOB = 1, 2, 1 << 20
#: Work that pays for a thread [ns]: waking one that sleeps costs the caller some 3,000.
WORTH = 10_000
#: How often a thread looks for work, or the caller for the end of it, before it sleeps: some tens of microseconds.
SPINS = 1500
#: After a job that took longer than it would have alone, the caller works alone for so many times as long as it lost,
#: and for LONGEST at most, half a second: so threads can cost a sixteenth of the time, however busy the machine is.
PATIENCE, LONGEST = 16, 500_000_000

_acquire = types.ExternalFunction("PyThread_acquire_lock", types.int32(types.intp, types.int32))
_release = types.ExternalFunction("PyThread_release_lock", types.void(types.intp))
_WAIT = 1


def words(threads: int) -> int:
    """Words that a pool of so many threads, the caller's included, needs."""
    return FIRST + threads * LINE


@inline
def lanes_for(work, threads):
    """How many of `threads` threads pay for a job of so many nanoseconds: each has WORTH of it."""
    return max(1, min(threads, np.int64(work) // WORTH))


@inline
def claim(pool, lane):
    """Items for a thread, of its own part or else of another's: first · 2^32 + end, or −1 if none is left.

    One at a time; all of them if the thread is alone.
    """
    lanes = pool[LANES]
    for ahead in range(lanes):
        owner = (lane + ahead) % lanes
        at = FIRST + owner * LINE + LEFT
        while True:
            left = load(pool, at)
            low, high = left >> 32, left & 0xFFFFFFFF
            if low >= high:
                break
            if lanes == 1:
                first, end, rest = low, high, 0
            elif ahead == 0:
                first, end, rest = low, low + 1, left + (1 << 32)
            else:
                first, end, rest = high - 1, high, left - 1
            if swap_if(pool, at, left, rest):
                pool[FIRST + lane * LINE + TAKEN] += end - first
                return first << 32 | end
    return -1


@jit
def penalty_after(penalty, busy, waited, taken, items):
    """How long the caller is to work alone after a job that lost time against working alone.

    Args:
        penalty: the one after the job before.
        busy: the time the caller worked in this job.
        waited: the time it waited for others then.
        taken: how many of the items it did.
        items: of the job.

    Returns:
        PATIENCE times what was lost on top of `penalty`, at most LONGEST; or `penalty` less what was won.
    """
    lost = busy + waited - busy * items // max(1, taken)
    return min(penalty + PATIENCE * lost, LONGEST) if lost > 0 else max(0, penalty + lost)


@jit
def conduct(pool, lanes, items, address, context):
    """Has the items of one job done, by this thread and at most `lanes` − 1 others; see the module."""
    lanes = max(1, min(lanes, items))
    begun = clock()
    if lanes > 1 and begun < pool[ALONE_UNTIL]:
        lanes = 1
    pool[LANES] = lanes
    pool[FIRST + TAKEN] = 0
    for lane in range(lanes):
        pool[FIRST + lane * LINE + LEFT] = (items * lane // lanes) << 32 | (items * (lane + 1) // lanes)
    if lanes == 1:
        enter(address, context, 0)
        return
    pool[ADDRESS], pool[CONTEXT] = address, context
    store(pool, GATE, (load(pool, GATE) // JOB + 1) * JOB + OPEN)
    for lane in range(1, lanes):
        wake(pool, lane)
    enter(address, context, 0)
    worked = clock()
    add(pool, GATE, -OPEN)
    wait_for_others(pool)
    ended = clock()
    before = pool[PENALTY]
    pool[PENALTY] = penalty_after(before, worked - begun, ended - worked, pool[FIRST + TAKEN], items)
    if pool[PENALTY] > before:
        pool[ALONE_UNTIL] = ended + pool[PENALTY]


@inline
def wake(pool, lane):
    """Wakes a thread if it sleeps."""
    at = FIRST + lane * LINE
    if load(pool, at + ASLEEP) and exchange(pool, at + ASLEEP, 0):
        _release(pool[at + BELL])


@inline
def wait_for_others(pool):
    """Until no thread is inside."""
    for _ in range(SPINS):
        if load(pool, GATE) % JOB == 0:
            return
        pause()
    while load(pool, GATE) % JOB:
        store(pool, FIRST + ASLEEP, 1)
        # who leaves last after this looks at the flag; who left before it needs no waking
        if load(pool, GATE) % JOB or not exchange(pool, FIRST + ASLEEP, 0):
            _acquire(pool[FIRST + BELL], _WAIT)


@jit
def serve(pool, lane):
    """What a thread of the pool does until it is stopped: looks for work for a while, then sleeps until it is woken."""
    done, looks = 0, 0
    while not load(pool, STOPPED):
        gate = load(pool, GATE)
        if gate & OPEN and gate // JOB != done:
            if swap_if(pool, GATE, gate, gate + INSIDE):
                if lane < pool[LANES]:
                    enter(pool[ADDRESS], pool[CONTEXT], lane)
                if add(pool, GATE, -INSIDE) % JOB == 0:
                    wake(pool, 0)
                done, looks = gate // JOB, 0
        elif looks < SPINS:
            looks += 1
            pause()
        else:
            sleep(pool, lane, done)
            looks = 0


@inline
def sleep(pool, lane, done):
    """Until the thread is woken, unless there is work for it already."""
    at = FIRST + lane * LINE
    store(pool, at + ASLEEP, 1)
    gate = load(pool, GATE)
    waiting = load(pool, STOPPED) or (gate & OPEN and gate // JOB != done)
    if not waiting or not exchange(pool, at + ASLEEP, 0):
        _acquire(pool[at + BELL], _WAIT)


@jit
def stop(pool, threads):
    """Ends the threads of a pool."""
    store(pool, STOPPED, 1)
    for lane in range(1, threads):
        wake(pool, lane)


def parallel(kernel: Callable[..., Any], place: int) -> Any:
    """What compiled code calls as f(pool, lanes, items, args) to have a kernel do every item below `items`.

    A kernel that fails sets `pool[FAILED]`; items may then be left undone.

    Args:
        kernel: compiled by `jit` or `inline`. It is called with `args` and the item, an int64.
        place: the item stands before args[place].
    """

    @intrinsic
    def launch(typingctx, pool, lanes, items, args):
        number = types.int64
        conducted = (pool, number, number, number, number)
        call = _calls(typingctx, {**_called(kernel, place, pool, args), conduct: conducted})

        def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
            parts = [values[0], *cgutils.unpack_tuple(builder, values[3])]
            layout = ir.LiteralStructType([part.type for part in parts])
            room = cgutils.alloca_once(builder, layout)
            _fill(builder, room, parts)
            entry = _entry(context, builder, layout, (sig.args[0], *sig.args[3].types), call, kernel, place)
            address, at = (builder.ptrtoint(x, ir.IntType(64)) for x in (entry, room))
            call(context, builder, conduct, [*values[:3], address, at])
            return context.get_dummy_value()

        return types.void(pool, number, number, args), generate

    return launch


def kept(kernel: Callable[..., Any], place: int) -> Any:
    """What compiled code calls as f(pool, room, args) to keep arguments for many jobs of `conduct_kept`.

    It returns how many bytes they take. If `room`, an int64 array, has so many beyond its first two words, they are
    there now; the first word is the address to call for all items, the second for one. Nothing here holds the arrays
    among them.

    Args:
        kernel, place: as for `parallel`.
    """

    @intrinsic
    def keep(typingctx, pool, room, args):
        call = _calls(typingctx, _called(kernel, place, pool, args))

        def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
            parts = [values[0], *cgutils.unpack_tuple(builder, values[2])]
            layout = ir.LiteralStructType([part.type for part in parts])
            array = context.make_array(sig.args[1])(context, builder, values[1])
            size = ir.Constant(ir.IntType(64), context.get_abi_sizeof(layout))
            space = builder.mul(cgutils.unpack_tuple(builder, array.shape, 1)[0], ir.Constant(ir.IntType(64), 8))
            ahead = ir.Constant(ir.IntType(64), 8 * BEHIND)
            with builder.if_then(builder.icmp_signed(">=", space, builder.add(size, ahead))):
                entry = _entry(context, builder, layout, (sig.args[0], *sig.args[2].types), call, kernel, place)
                one = _step(context, builder, layout, (sig.args[0], *sig.args[2].types), call, kernel, place)
                for word, function in enumerate((entry, one)):
                    at = builder.gep(array.data, [ir.Constant(ir.IntType(64), word)])
                    builder.store(builder.ptrtoint(function, ir.IntType(64)), at)
                behind = builder.gep(array.data, [ir.Constant(ir.IntType(64), BEHIND)])
                _fill(builder, builder.bitcast(behind, layout.as_pointer()), parts)
            return size

        return types.int64(pool, room, args), generate

    return keep


@intrinsic
def take_part(typingctx, pool, room):
    """Puts a pool in the place of the one that arguments were kept with; returns the address of the arguments."""

    def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        data = context.make_array(sig.args[1])(context, builder, values[1]).data
        behind = builder.gep(data, [ir.Constant(ir.IntType(64), BEHIND)])
        builder.store(values[0], builder.bitcast(behind, values[0].type.as_pointer()))
        return builder.ptrtoint(behind, ir.IntType(64))

    return types.int64(pool, room), generate


@intrinsic
def do_kept(typingctx, room, item):
    """Does one item of what `kept` has put into `room`, here and now; returns 0, or something else if it failed."""

    def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, values[0]).data
        address = builder.load(builder.gep(data, [ir.Constant(ir.IntType(64), 1)]))
        behind = builder.gep(data, [ir.Constant(ir.IntType(64), BEHIND)])
        given = [builder.bitcast(behind, cgutils.voidptr_t), values[1]]
        return builder.sext(builder.call(builder.inttoptr(address, STEP.as_pointer()), given), ir.IntType(64))

    return types.int64(room, types.int64), generate


@jit(_nrt=False)
def conduct_kept(pool, lanes, items, room):
    """A job of a kernel whose arguments `kept` has put into `room`."""
    conduct(pool, lanes, items, room[0], take_part(pool, room))


def _called(kernel: Callable[..., Any], place: int, pool: Any, args: Any) -> dict[Any, tuple[Any, ...]]:
    """What an ENTRY calls, and the types that it gives them: named tuples by reference."""
    given = [by_reference(one) for one in args.types]
    return {kernel: (*given[:place], types.int64, *given[place:]), claim: (pool, types.int64)}


def _calls(typingctx: Any, called: dict[Any, tuple[Any, ...]]) -> Callable[..., Any]:
    """Compiles functions for what they will be given; what this returns writes the call of one of them."""
    for function, given in called.items():
        typingctx.resolve_function_type(typingctx.resolve_value_type(function), given, {})

    def call(context: Any, builder: Any, function: Any, values: Any) -> tuple[Any, Any]:
        compiled = function.overloads[called[function]]
        context.add_linking_libs([compiled.library])
        return context.call_internal_no_propagate(builder, compiled.fndesc, compiled.signature, values)

    return call


def _fill(builder: Any, room: Any, parts: list[Any]) -> None:
    """Stores values one after the other in a structure."""
    for k, part in enumerate(parts):
        builder.store(part, cgutils.gep_inbounds(builder, room, 0, k))


def _unpacked(build: Any, at: Any, layout: Any, given: tuple[Any, ...]) -> list[Any]:
    """A pool and arguments, of these types, that `_fill` has put at an address."""
    room = build.bitcast(at, layout.as_pointer())
    places = [cgutils.gep_inbounds(build, room, 0, k) for k in range(len(layout.elements))]
    return [
        handed_over(build, where) if isinstance(kind, types.NamedTuple) else build.load(where)
        for where, kind in zip(places, given, strict=True)
    ]


def _step(context: Any, builder: Any, layout: Any, given: tuple[Any, ...], call: Any, kernel: Any, place: int) -> Any:
    """The STEP of a kernel: unpacks its arguments, and does one item."""
    name = builder.module.get_unique_name(f"one_{kernel.py_func.__name__}")
    function = ir.Function(builder.module, STEP, name)
    function.linkage = "internal"
    at, item = function.args
    build = ir.IRBuilder(function.append_basic_block("entry"))
    _, *args = _unpacked(build, at, layout, given)
    status, _ = call(context, build, kernel, [*args[:place], item, *args[place:]])
    build.ret(status.code)
    return function


def _entry(context: Any, builder: Any, layout: Any, given: tuple[Any, ...], call: Any, kernel: Any, place: int) -> Any:
    """The ENTRY of a kernel: unpacks its arguments, and claims and does items until none is left."""
    module = builder.module
    function = ir.Function(module, ENTRY, module.get_unique_name(f"share_{kernel.py_func.__name__}"))
    function.linkage = "internal"
    at, lane = function.args
    build = ir.IRBuilder(function.append_basic_block("entry"))
    pool, *args = _unpacked(build, at, layout, given)
    head, begin, body, again, failed, done = (
        function.append_basic_block(name) for name in ("head", "begin", "body", "again", "failed", "done")
    )
    zero, one, half = (ir.Constant(ir.IntType(64), value) for value in (0, 1, 32))
    build.branch(head)
    build.position_at_end(head)
    _, claimed = call(context, build, claim, [pool, lane])
    build.cbranch(build.icmp_signed("<", claimed, zero), done, begin)
    build.position_at_end(begin)
    first, end = build.lshr(claimed, half), build.and_(claimed, ir.Constant(ir.IntType(64), 0xFFFFFFFF))
    build.branch(body)
    build.position_at_end(body)
    item = build.phi(ir.IntType(64))
    status, _ = call(context, build, kernel, [*args[:place], item, *args[place:]])
    following = build.add(item, one)
    build.cbranch(status.is_error, failed, again)
    build.position_at_end(again)
    build.cbranch(build.icmp_signed("<", following, end), body, head)
    item.add_incoming(first, begin)
    item.add_incoming(following, again)
    build.position_at_end(failed)
    data = context.make_array(given[0])(context, build, pool).data
    build.store_atomic(one, build.gep(data, [ir.Constant(ir.IntType(64), FAILED)]), "seq_cst", 8)
    build.branch(done)
    build.position_at_end(done)
    build.ret_void()
    return function
