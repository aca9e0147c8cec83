"""How this installation is doing: what hinders it and what to do about it, for people and for programs that watch."""
