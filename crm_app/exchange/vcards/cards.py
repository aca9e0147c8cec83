"""A file of address cards into one line for each card; lines are unfolded as they come, pictures passed over."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from crm_app.exchange.decoding import Text, UnreadableError
from crm_app.exchange.vcards.properties import Property, is_continued, parsed
from crm_app.web.formats import num
from crm_app.web.texts import gettext as _

HEADER = (
    "Full name", "First name", "Last name", "Email", "Phone", "Company", "Job title", "Tags", "Email 2", "Email 3",
    "Phone 2", "Phone 3", "Website", "Address", "Birthday", "Note",
)  # fmt: skip
_KEPT = frozenset(
    ("FN", "N", "EMAIL", "TEL", "ORG", "TITLE", "ROLE", "CATEGORIES", "URL", "ADR", "BDAY", "NOTE", "VERSION")
)
_MOST_PROPERTIES = 5_000
_LONGEST_VALUE = 100_000
_NOT_SPOKEN = frozenset(("fax", "pager", "modem", "isdn", "video"))


def is_vcard(path: Path, encoding: str) -> bool:
    text = Text(path, encoding)
    try:
        first = next((line for line in islice(text, 20) if line.strip()), "")
    except UnreadableError:
        return False
    return first.strip().upper() == "BEGIN:VCARD"


def write_out(path: Path, encoding: str, out: Path) -> None:
    """Raises UnreadableError. The first row names the columns; a card's row is its number and one more."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for card in _cards(path, encoding):
            writer.writerow(_row(card))


def _cards(path: Path, encoding: str) -> Iterator[list[Property]]:
    """The properties that are kept of each card. A card inside a card (the agent of somebody) is passed over."""
    card: list[Property] = []
    depth = begun = count = 0
    for number, line in _unfolded(path, encoding):
        word = line.strip().upper()
        if word.endswith("BEGIN:VCARD"):
            depth += 1
            if depth == 1:
                card, begun, count = [], number, 0
        elif word == "END:VCARD":
            depth = max(depth - 1, 0)
            if depth == 0:
                yield card
        elif depth == 1:
            count += 1
            if count > _MOST_PROPERTIES:
                raise UnreadableError(
                    _(
                        "Row %(row)s: the card that starts here has more than %(most)s entries. Remove it and "
                        "choose the file again.",
                        row=num(begun),
                        most=num(_MOST_PROPERTIES),
                    )
                )
            if found := parsed(line, encoding):
                card.append(found)
    if depth:
        raise UnreadableError(
            _(
                "Row %(row)s: the card that starts here has no end. The file may be cut off; export it again.",
                row=num(begun),
            )
        )


def _unfolded(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Whole properties with the number of their first line; of those that are not kept only the beginning."""
    text = Text(path, encoding)
    text.begin_row()
    begun, held, is_kept, keeps_space = 1, "", False, False
    for raw in text:
        line = raw.rstrip("\n")
        if is_kept and is_continued(held):
            held = held[:-1] + line
        elif line[:1] in (" ", "\t"):
            # Version 2.1 folds lines at their spaces, later ones anywhere and with a space more.
            held += (line if keeps_space else line[1:]) if is_kept else ""
        else:
            if held:
                yield begun, held
            begun, held = text.row, line
            is_kept = _name(line) in _KEPT
            if _name(line) == "VERSION":
                keeps_space = line.strip().endswith("2.1")
        if len(held) > _LONGEST_VALUE:
            if is_kept:
                raise UnreadableError(_("Row %(row)s: an entry of the card is far too long.", row=num(begun)))
            held = held[:1000]
        text.begin_row()
    if held:
        yield begun, held


def _name(line: str) -> str:
    return line.partition(":")[0].partition(";")[0].rpartition(".")[2].strip().upper()


def _row(card: list[Property]) -> list[str]:
    def all_of(name: str) -> list[Property]:
        return sorted((one for one in card if one.name == name and one.text), key=lambda one: one.place)

    def first(name: str) -> str:
        return next((one.text for one in all_of(name)), "")

    names = next((one.parts for one in all_of("N")), [])
    names += [""] * (2 - len(names))
    emails = _three([one.text for one in all_of("EMAIL")])
    phones = _three([_phone(one) for one in sorted(all_of("TEL"), key=_how_spoken)])
    company = next((one.parts[0] for one in all_of("ORG")), "")
    tags = "; ".join(tag for one in all_of("CATEGORIES") for tag in _listed(one))
    address = next((", ".join(part for part in one.parts if part) for one in all_of("ADR")), "")
    return [
        first("FN"), names[1], names[0], emails[0], phones[0], company, first("TITLE") or first("ROLE"), tags,
        emails[1], emails[2], phones[1], phones[2], first("URL"), address, first("BDAY"), first("NOTE"),
    ]  # fmt: skip


def _three(found: list[str]) -> list[str]:
    different = list(dict.fromkeys(found))[:3]
    return different + [""] * (3 - len(different))


def _how_spoken(phone: Property) -> tuple[bool, int, bool]:
    """Numbers that nobody can be called on come last; what is preferred first, then what people carry with them."""
    return bool(phone.types & _NOT_SPOKEN), phone.place, "cell" not in phone.types


def _phone(phone: Property) -> str:
    number = phone.text
    if number.lower().startswith("tel:"):
        number, _semicolon, rest = number[4:].partition(";")
        extension = next((part[4:] for part in rest.split(";") if part.lower().startswith("ext=")), "")
        number += f" ext. {extension}" if extension else ""
    return number


def _listed(categories: Property) -> list[str]:
    return [tag.strip() for tag in categories.text.split(",") if tag.strip()]
