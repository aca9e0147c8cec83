"""A believable company that fills an empty installation and goes again in one step. Nothing knows of it in turn."""
