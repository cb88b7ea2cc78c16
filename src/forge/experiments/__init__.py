"""Experiments: training runs and what is measured on them, in numbers, figures and pictures."""
