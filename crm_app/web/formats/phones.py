"""Phone numbers as people write them, and the form that equal ones share."""

import re

import phonenumbers

from crm_app.web.text import latin_digits


def phone(number: str, region: str | None = None) -> str:
    """A phone number as people write it; what is no number stays as typed."""
    parsed = _parsed_phone(number, region)
    if parsed is None:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_key(number: str, region: str | None = None) -> str:
    """The E.164 form that equal numbers share; the bare digits where the number is not a known one."""
    parsed = _parsed_phone(number, region)
    if parsed is None:
        return re.sub(r"\D", "", latin_digits(number), flags=re.ASCII)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _parsed_phone(number: str, region: str | None):
    try:
        parsed = phonenumbers.parse(latin_digits(number), region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None
