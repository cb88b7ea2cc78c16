"""Trades: fishing, mining, cooking and smithing, and eating what comes of them."""
