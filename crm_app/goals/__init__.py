"""Targets against measures, for the company, a team or a person."""
