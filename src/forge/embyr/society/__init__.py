"""What becomes of the people of a world that is watched: their lives and families, their trade, who stands out."""
