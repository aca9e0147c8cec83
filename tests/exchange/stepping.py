"""The steps of an import as a browser takes them, each with what the page offers."""

import io

CSV = "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\nBad,MG,-1\n"


def upload(browser, kind, text, name="products.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return browser.send(f"/exchange/new/{kind}", {"file": (io.BytesIO(content), name)})


def drafted(browser, kind, text):
    answer = upload(browser, kind, text)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def columns(page):
    """What the form of the columns sends when it is left as it came."""
    sent = {}
    for select_ in page.all("select"):
        options = list(select_.iter("option"))
        chosen = next((option for option in options if option.get("selected") is not None), options[0])
        sent[select_.get("name")] = chosen.get("value", chosen.text)
    for field in page.all("input", name="new_pipeline"):
        sent["new_pipeline"] = field.get("value")
    return sent


def checked(browser, kind, text):
    url = drafted(browser, kind, text)
    browser.send(f"{url}/columns", columns(browser.page(url)))
    return url


def digest(page):
    return page.all("input", name="digest")[0].get("value")
