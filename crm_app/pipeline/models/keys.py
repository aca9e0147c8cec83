"""What stands beside the text of a deal, for searching, sorting and matching."""

from crm_app.web.text import match_key, sort_key

# How many letters of a key are kept: folding can make a text longer.
CODE_KEY, TITLE_KEY = 60, 200


def deal_keys(title: str | None, code: str | None) -> dict[str, str]:
    """The columns by which a deal is found, sorted and matched."""
    return {
        "sort_key": sort_key(title or ""),
        "title_key": match_key(title or "")[:TITLE_KEY],
        "code_key": match_key(code or "")[:CODE_KEY],
    }
