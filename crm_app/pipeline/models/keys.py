"""What stands beside the text of a deal, for searching, sorting and matching."""

from crm_app.web.text import match_key, sort_key


def deal_keys(title: str | None, code: str | None) -> dict[str, str]:
    """The columns by which a deal is found, sorted and matched; folding can make a text longer, hence the limits."""
    return {
        "sort_key": sort_key(title or ""),
        "code_key": match_key(code or "")[:60],
    }
