"""The reader's catalogue for templates, found once for a page and not once for each of its sentences."""

from flask import Flask, g
from flask_babel import get_translations


def init_app(app: Flask) -> None:
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, number: _catalogue().unpgettext(context, one, many, number),
        newstyle=True,
    )


def _catalogue():
    """Forgotten when `read_as` changes the reader."""
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_translations()
    return found
