"""Fights by levels: who hits whom and how hard, what fighters learn from it, and what the killed leave."""
