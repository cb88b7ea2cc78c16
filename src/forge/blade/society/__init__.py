"""Figures of a society: who has how much, what things cost, who does what. Nothing here changes a world."""
