"""What Flask's `g` and `request` stand for, for code that is asked again and again on a page.

Each look through one of them takes five times as long as a look at the thing itself.
"""

from flask import g, request

g_here = g._get_current_object  # type: ignore[attr-defined]
request_here = request._get_current_object  # type: ignore[attr-defined]
