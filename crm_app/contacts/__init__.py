"""The people and companies we know. Nothing here knows about deals or tickets."""
