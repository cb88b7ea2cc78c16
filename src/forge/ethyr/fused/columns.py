"""What the columns of outputs and of actions are, and how many samples are worked on at once."""

#: Columns of a row of outputs: log-probabilities of moves and styles, and the value; and from which on are those of
#: choices from outside, for which see `forge.ethyr.fused.choices`.
MOVE, STYLE, VALUE, MORE = 0, 5, 9, 10
#: Columns of an action, and the bits of whether a choice matters.
MOVE_COLUMN, STYLE_COLUMN, TARGET_COLUMN = 0, 1, 2
#: Samples worked on at once, so that what is computed of them stays in the first cache.
BLOCK = 64
