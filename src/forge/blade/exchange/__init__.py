"""The exchange: a continuous double auction of every kind of item. Only where a configuration names it."""
