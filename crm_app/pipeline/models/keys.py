"""What stands beside the text of a deal, for searching, sorting and matching."""

from crm_app.web.text import code_key, name_key, sort_key


def deal_keys(title: str | None, code: str | None) -> dict[str, str]:
    """The columns by which a deal is found, sorted and matched."""
    return {
        "sort_key": sort_key(title or ""),
        "title_key": name_key(title),
        "code_key": code_key(code),
    }
