"""Pipelines, their stages, and the deals that move through them. Nothing here knows about goals or reports."""
