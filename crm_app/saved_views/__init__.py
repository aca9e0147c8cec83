"""Filters and sorts of lists and boards, kept under a name. Nothing here knows what they filter."""
