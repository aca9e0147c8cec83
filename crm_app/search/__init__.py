"""Finding records of every domain by a few letters."""
