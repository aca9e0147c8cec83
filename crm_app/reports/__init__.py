"""Questions about the business, answered with a sentence, a chart and a table."""
