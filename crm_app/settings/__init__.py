"""What the owner decides for everyone: the organisation, people, pipelines, rates."""
