"""Embyr: the viewer. A server that shows a world live to any browser, and the page it serves."""
