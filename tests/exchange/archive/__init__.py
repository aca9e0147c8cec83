"""Tests of the archive: the whole organisation in one file."""
