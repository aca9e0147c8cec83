"""Everything between HTTP and HTML that knows no domain: formats, periods, money, lists, charts, htmx."""
