"""Moving deals: from stage to stage, to won and lost, and back."""
