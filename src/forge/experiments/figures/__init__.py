"""Figures, drawn by matplotlib without a display."""
