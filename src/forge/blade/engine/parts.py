"""The parts of a tick that are compiled one by one, in their order, and what is done between ticks."""

#: The functions of `forge/blade/engine/template.py`, up to `look` those of a tick. All are given a state and a world,
#: but for the last two, which are given a slot of the first world.
PARTS = (
    "act",
    "live_and_die",
    "grow",
    "enter",
    "look",
    "ready",
    "draw_cap",
    "count_members",
    "cull",
    "take_out",
    "put_in",
)
ACT, _, _, ENTER, LOOK, READY, DRAW_CAP, COUNT_MEMBERS, CULL, TAKE_OUT, PUT_IN = range(len(PARTS))
