"""What every HTML answer must be, checked on each page that any test gets."""

from collections import Counter
from functools import lru_cache

from tests import tree

_NO_LABEL = {"hidden", "submit", "button", "reset", "image"}
_REFERENCES = {"aria-describedby", "aria-labelledby", "aria-controls"}
_JUDGED = {"email", "url", "number", "date", "time"}


class Page:
    """A parsed answer, to be asked by tests: `page.text`, `page.all("a", href="...")`."""

    def __init__(self, html: str):
        self.html = html
        self.root, self.mended = _read(html)
        self.elements = list(self.root.iter())

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.root.itertext()).split())

    def all(self, tag: str, **attributes: str):
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.elements if e.tag == tag and all(e.get(n) == v for n, v in wanted.items())]

    def one(self, tag: str, **attributes: str):
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}> in:\n{self.html[:3000]}"
        return found[0]

    def text_of(self, element) -> str:
        return " ".join(" ".join(element.itertext()).split())


@lru_cache(maxsize=2)
def _read(html: str):
    """The tree, kept for a moment: an answer is checked and then asked by its test."""
    return tree.read(html, is_page="<html" in html[:200].lower())


def problems(html: str, *, is_page: bool) -> list[str]:
    """Sentences about what is wrong with an answer: empty for a good one."""
    page = Page(html)
    found = list(page.mended)
    ids = Counter(e.get("id") for e in page.elements if isinstance(e.tag, str) and e.get("id"))
    found += [f"id “{one}” stands {times} times" for one, times in sorted(ids.items()) if times > 1]
    if is_page:
        titles = [page.text_of(e) for e in page.all("title")]
        if not titles or not titles[0]:
            found.append("no title")
        if len(page.all("h1")) != 1:
            found.append(f"{len(page.all('h1'))} first headings")
        if not page.all("html")[0].get("lang") or not page.all("html")[0].get("dir"):
            found.append("no language or direction")
    labelled = {e.get("for") for e in page.all("label")}
    for element in page.elements:
        if isinstance(element.tag, str):
            found += _wrong_with(element, labelled, page, ids if is_page else None)
    return found


def _needs_no_label(element):
    return element.get("type") in _NO_LABEL or element.get("hidden") is not None


def _wrong_with(element, labelled, page, ids):
    found = []
    attributes = element.attrib
    if "style" in attributes:
        found.append(f"inline style on <{element.tag}>")
    found += [f"inline handler {name} on <{element.tag}>" for name in attributes if name.startswith("on")]
    if element.tag == "style" or (element.tag == "script" and not element.get("src")):
        found.append(f"inline <{element.tag}>")
    if element.tag in ("input", "select", "textarea") and not _needs_no_label(element):
        named = element.get("id") in labelled or element.get("aria-label") or element.get("aria-labelledby")
        if not named and not _inside(page, element, "label"):
            found.append(f"no label for <{element.tag} name={element.get('name')}>")
    if element.tag in ("button", "a") and not _has_name(page, element):
        found.append(f"no name for <{element.tag} class={element.get('class')} href={element.get('href')}>")
    if element.tag == "form":
        found += _wrong_with_form(element)
    for reference in _REFERENCES & attributes.keys() if ids is not None else ():
        for target in attributes[reference].split():
            if target not in ids:
                found.append(f"{reference} points at no “{target}”")
    return found


def _wrong_with_form(form):
    method = (form.get("method") or "").lower()
    if method not in ("get", "post", "dialog"):
        return [f"a form without method to {form.get('action')}"]
    fields = [e.get("name") for e in form.iter() if e.tag in ("input", "button")]
    if method == "post" and "csrf_token" not in fields:
        return [f"a form without CSRF field to {form.get('action')}"]
    judged = any(e.get("required") is not None or e.get("type") in _JUDGED for e in form.iter())
    if judged and form.get("novalidate") is None:
        return [f"a form whose mistakes the browser tells, in its own language, to {form.get('action')}"]
    return ["a GET form with a CSRF field"] if method == "get" and "csrf_token" in fields else []


def _inside(page, element, tag):
    return any(element in list(parent.iter()) for parent in page.all(tag))


def _has_name(page, element):
    if element.get("aria-label") or element.get("aria-labelledby") or page.text_of(element):
        return True
    return any(e.get("aria-label") or e.get("alt") for e in element.iter())
