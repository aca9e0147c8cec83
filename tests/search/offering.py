"""The palette as a server test reads it: its groups, and the names and addresses of its options."""

from urllib.parse import quote


def palette(client, text="", opened=""):
    return client.page(f"/search/palette?q={quote(text)}&opened={quote(opened)}")


def titles(page):
    return [page.text_of(title) for title in page.all("p", role="presentation")]


def names(page, group=None):
    groups = [one for one in page.all("div", role="group") if group in (None, one.get("aria-labelledby"))]
    return [page.text_of(span) for one in groups for span in one.iter("span") if span.get("class") == "palette__name"]


def addresses(page):
    return [link.get("href") for link in page.all("a", role="option")]
