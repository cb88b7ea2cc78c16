"""The parts of a tick that are compiled one by one, in their order, and what is done between ticks."""

#: The functions of `forge/blade/engine/template.py`, up to `look` those of a tick. Each is given a state and a world;
#: the last two an agent's place: world times slots, plus slot.
PARTS = (
    *("act", "live_and_die", "grow", "enter", "look"),
    *("ready", "draw_cap", "count_members", "close_up"),
    *("take_out", "put_in"),
)
ACT, _, _, ENTER, LOOK, READY, DRAW_CAP, COUNT_MEMBERS, CLOSE_UP, TAKE_OUT, PUT_IN = range(len(PARTS))
