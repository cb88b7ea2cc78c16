"""A second engine, written from docs/rules.md alone: plain objects and loops, as slow as they are easy to check."""
