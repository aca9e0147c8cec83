"""The catalogues: `python -m tests.translations` collects every text of the code into the Persian and Chinese ones."""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "crm_app" / "translations"
LANGUAGES = ("fa", "zh")
_KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
_KEYWORDS |= {"pgettext": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2)}


def texts() -> Catalog:
    """Every text that the code and the templates ask to be translated."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog(project="Peyvand", charset="utf-8", creation_date=datetime(2026, 1, 1, tzinfo=UTC))
    for folder in ("crm_app", "templates"):
        matching = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods]
        rest = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        wanted = [pair for pair, (whole, _) in zip(matching, methods, strict=True) if whole.startswith(folder)]
        for name, _line, message, _comments, context in extract_from_dir(
            str(ROOT / folder), wanted, rest, keywords=_KEYWORDS, strip_comment_tags=True
        ):
            found.add(message, None, [(f"{folder}/{name}", 0)], context=context)
    return found


def catalogue(language: str) -> Catalog:
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=language, project="Peyvand", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> tuple[int, int]:
    """Bring one catalogue up to the code; returns how many texts it has and how many are not translated."""
    merged = catalogue(language)
    merged.update(texts(), no_fuzzy_matching=True)
    merged.obsolete.clear()
    merged.fuzzy = False
    merged.header_comment = f"# Peyvand, {merged.locale.english_name if merged.locale else language}."
    merged.msgid_bugs_address = merged.last_translator = merged.language_team = "Peyvand"
    merged.version = "1"
    merged.revision_date = merged.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_po(out, merged, sort_output=True, no_location=True, width=110, omit_header=False)
    (FOLDER / language / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    (FOLDER / language / "LC_MESSAGES" / "messages.po").write_bytes(out.getvalue())
    open_texts = [message for message in merged if message.id and not _is_translated(message)]
    return len(merged), len(open_texts)


def _is_translated(message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings) and not message.fuzzy


def main() -> None:
    for language in LANGUAGES:
        number, missing = update(language)
        print(f"{language}: {number} texts, {missing} to translate")


if __name__ == "__main__":
    main()
