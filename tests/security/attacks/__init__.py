"""Attacks, each a function that tries it on a scene and returns the breaches: sentences, none where all is well.

The same function serves two tests. One asks that it finds nothing. Its twin takes away the guard that stands in the way
and asks that it finds something, so that no attack is silent because it looks at nothing. T and a number are the
attack's name in `docs/security.md`.
"""
