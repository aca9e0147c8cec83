"""Where the suite gets its browser: a Chromium that is there, or Debian's."""

import shutil

# The same engine; without windows, menus and all that nobody looks at here it takes a fifth less time.
SHELL = "chromium-headless-shell"
_PROGRAMS = (SHELL, "chromium", "chromium-browser", "google-chrome")


def found() -> str | None:
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)
