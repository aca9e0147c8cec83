"""The fields that only contacts have: web address, tags, country, year of founding, owner."""

import re
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from flask_login import current_user
from sqlalchemy import Select, bindparam
from wtforms import SelectField, ValidationError

from crm_app.accounts.models import User
from crm_app.accounts.queries import assignable_by, once_for_each_scope
from crm_app.extensions import db
from crm_app.web import formats
from crm_app.web.fields import TextField
from crm_app.web.reader import locale_of, reader
from crm_app.web.text import clean, sort_key
from crm_app.web.texts import gettext as _

_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
LONGEST_TAG = 60
MOST_TAGS = 20


class WebsiteField(TextField):
    """An http(s) address; the scheme may be left out, any other is refused."""

    kind = "url"

    def __init__(self, label=None, validators=(), **kwargs):
        super().__init__(label, validators, longest=300, **kwargs)

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.data = with_scheme(self.data)

    def pre_validate(self, form):
        if self.data and not is_web_address(self.data):
            raise ValidationError(_("Enter a web address, such as https://example.com."))

    def _value(self):
        return self.raw_data[0] if self.raw_data else self.data or ""


def with_scheme(text: str) -> str:
    """An address on the web with the scheme that most people leave out; one that names another is left alone."""
    has_one = not text or re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE)
    return text if has_one else f"https://{text}"


def is_web_address(text: str) -> bool:
    """Whether a link to it is safe and leads to a host."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme.lower() not in ("http", "https") or parts.username is not None:
        return False
    return "." in host.strip(".") and not re.search(r"[\s<>\"'`{}|\\^]", text)


class PhoneField(TextField):
    kind = "tel"

    def __init__(self, label=None, validators=(), **kwargs):
        super().__init__(label, validators, longest=60, **kwargs)

    def pre_validate(self, form):
        if self.data and not re.search(r"\d", self.data):
            raise ValidationError(_("Enter a phone number with its digits."))


class TagsField(TextField):
    """Names separated by commas; its data is a list of them."""

    def __init__(self, label=None, validators=(), **kwargs):
        super().__init__(label, validators, longest=MOST_TAGS * (LONGEST_TAG + 2), **kwargs)

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.typed = self.data
        parts = re.split(r"[,،、，;؛；]", self.data)
        names = [clean(part.strip().lstrip("#")) for part in parts]
        self.data = list(dict.fromkeys(name for name in names if name))

    def process_data(self, value):
        self.data = [tag.name for tag in value or ()]

    def pre_validate(self, form):
        if any(len(name) > LONGEST_TAG for name in self.data):
            raise ValidationError(_("A tag can have at most %(count)s characters.", count=formats.num(LONGEST_TAG)))
        if len(self.data) > MOST_TAGS:
            raise ValidationError(_("No more than %(count)s tags.", count=formats.num(MOST_TAGS)))

    def _value(self):
        return self.raw_data[0] if self.raw_data else ", ".join(self.data or ())


class CountryField(SelectField):
    """An ISO 3166 code, chosen by its name in the reader's language."""

    def __init__(self, label=None, validators=(), **kwargs):
        super().__init__(label, validators, **kwargs)
        self.choices = [("", "–"), *sorted(countries().items(), key=lambda pair: sort_key(pair[1]))]

    def process_formdata(self, valuelist):
        self.data = valuelist[0] if valuelist else ""


def countries() -> dict[str, str]:
    return _countries_in(reader.language)


@lru_cache
def _countries_in(language: str) -> dict[str, str]:
    # Some have an English name alone.
    names = dict(locale_of("en").territories) | dict(locale_of(language).territories)
    return {code: name for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES}


@once_for_each_scope
def _assignable(user: User) -> Select[tuple[User]]:
    return assignable_by(user).where(User.id == bindparam("id"))


@once_for_each_scope
def _names_of_assignable(user: User) -> Select[tuple[int, str]]:
    return assignable_by(user).with_only_columns(User.id, User.name)


class OwnerField(SelectField):
    """Nobody, or one of those to whom the reader may give records. They are asked for where they are shown."""

    def __init__(self, label=None, validators=(), **kwargs):
        super().__init__(label, validators, coerce=str, validate_choice=False, **kwargs)
        self.owner: User | None = None

    def offer(self, owner: User | None, *, is_new: bool) -> None:
        """Who owns the record is one of the choices whoever they are; a new one begins with whoever makes it."""
        self.owner = owner
        self.choices = self._choices_now
        if is_new and self.raw_data is None and str(current_user.id) in self._names:
            self.data = str(current_user.id)

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {str(id_): name for id_, name in db.session.execute(_names_of_assignable(current_user))}
        return names | ({str(self.owner.id): self.owner.name} if self.owner else {})

    def _choices_now(self) -> list[tuple[str, str]]:
        return [("", _("Unassigned")), *self._names.items()]

    def process_data(self, value):
        self.data = str(value.id) if value else ""

    def process_formdata(self, valuelist):
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form):
        if self.data and not self.user:
            raise ValidationError(_("Choose one from the list."))

    @cached_property
    def user(self) -> User | None:
        """Who was chosen, if that is one of the choices. Looked for once: the data is settled by then."""
        if self.owner and self.data == str(self.owner.id):
            return self.owner
        if not re.fullmatch("[1-9][0-9]{0,8}", self.data):
            return None
        return db.session.scalar(_assignable(current_user), {"id": int(self.data)})
