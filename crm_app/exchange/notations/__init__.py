"""How files write days and numbers, where the same cell can be read in more than one way."""
