"""Held-out evaluation: runs in worlds kept apart from all training and every study, alone and in company."""
