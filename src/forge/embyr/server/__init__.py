"""The server: the page, connections, and everyone who watches one world."""
