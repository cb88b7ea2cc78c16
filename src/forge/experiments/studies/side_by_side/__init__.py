"""The runs and measurements of a study by several processes at a time, each on its part of the cores."""
