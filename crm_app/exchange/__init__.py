"""Import of what a business brings along, for every domain."""
