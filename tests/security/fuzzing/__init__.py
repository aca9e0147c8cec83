"""Odd values in every field of every form and every parameter of every route; what an answer must never be.

Oddities are made by Hypothesis, which also makes those that break something as small as they can be.
"""
