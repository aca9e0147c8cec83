"""Pure mathematics: numbers in, numbers out. Imports neither Flask nor models."""
