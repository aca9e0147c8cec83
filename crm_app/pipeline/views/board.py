"""The board: a column for each open stage."""
