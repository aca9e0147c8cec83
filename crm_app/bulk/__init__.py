"""Changing many records of a list at once, and taking that back. Nothing here knows what is listed."""
