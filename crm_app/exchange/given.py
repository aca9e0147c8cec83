"""What a call of `crm import` says, checked against the file and the database."""

import click
from sqlalchemy import select

from crm_app.accounts import preferences, queries
from crm_app.accounts.models import User
from crm_app.exchange import currencies, preparing, uploads
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.encodings import ENCODINGS
from crm_app.exchange.fields import UNITS
from crm_app.exchange.matching import match_columns
from crm_app.exchange.notations import columns as notated
from crm_app.exchange.rows import Matches
from crm_app.extensions import db, reading
from crm_app.pipeline.models import Pipeline
from crm_app.web.reader import read_as
from crm_app.web.text import clean, match_key, sign_in_address


class Given:
    """The kind and file, who imports, and where columns, values and amounts go. Raises ClickException."""

    def __init__(self, kind, file, stored_name, sets, values, notations, options, email):
        self.kind, self.file, self.stored_name = kind, file, stored_name
        # What is read of the database is let go of before the file is read: nobody has to wait meanwhile.
        with reading():
            if queries.organisation() is None:
                raise click.ClickException("Peyvand has not been set up yet. Open it in a browser first.")
            self.user = _user(email)
            read_as(preferences.for_user(self.user))
            if kind not in preparing.may_import(self.user):
                raise click.ClickException(f"{self.user.name} is not allowed to import {kind}.")
            self.options = _options(options["pipeline"], options["currency"])
            db.session.expunge_all()
            db.session.rollback()
        try:
            self.sheet = _sheet(kind, uploads.path_of(stored_name), options)
        except UnreadableError as error:
            raise click.ClickException(f"{file.name}: {error}") from error
        self.fields = preparing.KINDS[kind].fields
        self.columns = match_columns(self.sheet.header, self.fields)
        self.units: dict[str, int] = {}
        self._said: set[str] = set()
        for text in sets:
            self._set(text)
        self.values: dict[str, dict[str, str]] = {}
        for text in values:
            self._value(text)
        told = dict(map(self._notation, notations))
        self.asked = notated.asked_of(self.fields, self.sheet, self.columns, told)
        self.notations = told | notated.settled(self.asked)
        self.options |= {"units": self.units, "notations": self.notations}

    def matches(self):
        return Matches(self.columns, self.units, self.values, self.notations)

    def _notation(self, text):
        header, _separator, notation = text.rpartition("=")
        known = {name.casefold(): name for name in self.columns}
        if notation not in notated.NOTATIONS or header.strip().casefold() not in known:
            allowed = ", ".join(notated.NOTATIONS)
            raise click.BadParameter(f"“{text}” does not name an imported column, or is not one of: {allowed}")
        return known[header.strip().casefold()], notation

    def _set(self, text):
        header, separator, key = text.rpartition("=")
        header = next((name for name in self.sheet.header if name.casefold() == header.strip().casefold()), None)
        if not separator or header is None:
            raise click.BadParameter(f"“{text}”: the file has no such column. It has: {', '.join(self.sheet.header)}.")
        key, _times, unit = key.strip().partition("*")
        known = {field.key: field for field in self.fields}
        if key and key not in known:
            raise click.BadParameter(f"“{text}”: there is no field “{key}”. There are: {', '.join(known)}.")
        if unit and (unit not in map(str, UNITS) or not known[key].is_money):
            raise click.BadParameter(f"“{text}”: only money can be multiplied, by 1000 or 1000000.")
        # What is said takes the place of what was found by names; of a field that may repeat more can be said.
        stays = self._said if key and known[key].may_repeat else ()
        kept = {name: field for name, field in self.columns.items() if field != key or name in stays}
        self.columns = {name: field for name, field in kept.items() if name != header}
        if key:
            self.columns[header] = key
            self._said.add(header)
        self.units |= {header: int(unit)} if unit else {}

    def _value(self, text):
        for header, key in self.columns.items():
            for name in (header, key):
                if text.casefold().startswith(f"{name.casefold()}:"):
                    before, separator, after = text[len(name) + 1 :].rpartition("=")
                    if separator:
                        self.values.setdefault(key, {})[clean(before)] = clean(after)
                        return
        raise click.BadParameter(f"“{text}” does not name an imported column, or is not COLUMN:FROM=TO.")


def _sheet(kind, path, options):
    encoding, name = options["encoding"], options["sheet"]
    if encoding and encoding not in ENCODINGS:
        raise click.BadParameter(f"“{encoding}” is none of: {', '.join(ENCODINGS)}.")
    sheet = preparing.sheet_of(kind, path, {"encoding": encoding} if encoding else None)
    if not name:
        return sheet
    names = sheet.layout.get("tables", [])
    if name not in names:
        raise click.BadParameter(f"The file has no sheet “{name}”. It has: {', '.join(names) or 'none'}.")
    return preparing.sheet_of(kind, path, {"table": names.index(name)})


def _user(email):
    owners = select(User).where(User.disabled_at.is_(None)).order_by(User.id).limit(1)
    wanted = owners.where(User.email == sign_in_address(email)) if email else owners.where(User.role == "owner")
    user = db.session.scalars(wanted).first()
    if user is None:
        raise click.ClickException(
            f"There is no user with the email address {email}." if email else "There is no owner yet."
        )
    return user


def _options(pipeline, currency):
    options = {}
    if currency:
        options["currency"] = currencies.code_of(currency)
        if not options["currency"]:
            raise click.BadParameter(f"“{currency}” is not a currency.")
    if pipeline:
        known = {match_key(one.name): one.id for one in db.session.scalars(select(Pipeline))}
        found = known.get(match_key(pipeline))
        options |= {"pipeline_id": found} if found else {"new_pipeline": clean(pipeline)[:100]}
    return options
