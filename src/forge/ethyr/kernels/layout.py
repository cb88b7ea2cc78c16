"""The layout of what the kernels read and write: rows of agents in view, and scores."""

from forge.blade.state.observation import FEATURES

#: Numbers of an entity row; those behind the features are 0.
COLUMNS = 16
#: Rows of the weights, F: one a feature, and the bias.
ROWS = len(FEATURES) + 1
#: The column of an entity row that holds target bits; the one before it belongs to the bias of linear layers.
TARGET = ROWS
assert TARGET < COLUMNS
#: The logit of a choice that is not valid: its probability is 0 in float32.
NEVER = -1e9
