"""One list for every kind of record: columns, filters of any field, pages. Nothing here knows what is listed."""
