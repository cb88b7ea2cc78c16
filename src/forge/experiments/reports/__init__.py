"""Reports: findings as text, tables and figures in a folder."""
