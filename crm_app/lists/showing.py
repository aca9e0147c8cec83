"""A list as a page shows it: what its address asks for, on one page of rows."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request, url_for
from flask_login import current_user
from sqlalchemy import Select

from crm_app.accounts.queries import sees_everything
from crm_app.lists import chips, columns, conditions, faces
from crm_app.lists.chips import Chip
from crm_app.lists.columns import Columns
from crm_app.lists.conditions import Conditions
from crm_app.lists.fields import Field
from crm_app.lists.listables import Action, Editing, Listable
from crm_app.saved_views import menus
from crm_app.saved_views.menus import Menu, kept_of
from crm_app.web import formats
from crm_app.web.htmx import page as rendered
from crm_app.web.htmx import wants_part
from crm_app.web.tables import Listing, listing, with_query
from crm_app.web.text import clean, search_words

LONGEST_TEXT = 200
_NOT_KEPT = {"q", "after", "before", "count"}
_SHAPING = {"sort", "columns"}


@dataclass(frozen=True)
class Shown:
    """`text` are the words that are searched for."""

    listable: Listable
    table: Listing
    columns: Columns
    conditions: Conditions
    text: str

    @cached_property
    def chips(self) -> list[list[Chip]]:
        return chips.of(self.conditions, self.listable.place, self.listable.url)

    @cached_property
    def views(self) -> Menu:
        asked = "columns" in request.args or not self.columns.is_chosen
        return menus.menu(self.listable.place, self.listable.url, columns="" if asked else self.columns.keys)

    @cached_property
    def frame(self) -> Hashable:
        return faces.of_frame(self)

    @cached_property
    def surroundings(self) -> Hashable:
        return faces.of_surroundings(self)

    @property
    def faces(self) -> Iterator[tuple[int, Hashable]]:
        """Everything that each row shows, and its place among `rows`."""
        return enumerate(faces.of_rows(self))

    @cached_property
    def rows(self) -> list[Any]:
        return faces.whole_rows(self)

    @cached_property
    def actions(self) -> Sequence[Action]:
        """What its reader may do to many of them at once."""
        return self.listable.actions if current_user.can_edit else ()

    @property
    def is_narrowed(self) -> bool:
        """Whether its address asks for less than all, in whichever way the list is asked."""
        return bool(self.text) or any(text and name not in _SHAPING for name, text in self.kept)

    @property
    def counted(self) -> str:
        """How many there are, in words."""
        count = self.table.count
        return self.listable.counted(count.number, formats.num(count.number) + ("+" if count.is_more else ""))

    def cell_url(self, field: Field, record: Any) -> str:
        """Where the fact is changed that a cell shows; empty where the reader may not, or it cannot be."""
        if self.editing is None or field.of_record not in self.editing.facts(record):
            return ""
        labelled = "?labelled=1" if self.columns.is_chosen else ""
        return f"{self._cells_url}/{record.id}/{field.key}{labelled}"

    @cached_property
    def editing(self) -> Editing | None:
        return self.listable.editing if current_user.can_edit else None

    @cached_property
    def _cells_url(self) -> str:
        return url_for("lists.cell", place=self.listable.place, record_id=0, field="-").removesuffix("/0/-")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What of the address a search for other words keeps."""
        return [(name, text) for name, text in request.args.items(multi=True) if name not in _NOT_KEPT]

    @property
    def asked_fields(self) -> list[tuple[Field, str]]:
        """The fields that a filter can go by, with the addresses of their forms."""
        return chips.asked_fields(self.listable.fields, self.listable.place, self.listable.url)

    @property
    def export_urls(self) -> dict[str, str]:
        """Files of what is shown: `csv`, `xlsx`, and with all columns `csv_everything`, `xlsx_everything`."""
        urls = {}
        for form in ("csv", "xlsx"):
            path = url_for("lists.export", place=self.listable.place, form=form)
            query = request.args.to_dict(flat=False)
            urls[form] = with_query(path, query)
            urls[f"{form}_everything"] = with_query(path, query | {"everything": "1"})
        return urls

    @property
    def columns_url(self) -> str:
        query = kept_of(request.query_string.decode())
        return url_for("lists.choose_columns", place=self.listable.place, at=self.listable.url, query=query)


def shown(listable: Listable) -> Shown:
    """One page of what the address asks for."""
    text, asked = text_asked(), conditions.of_request(listable.fields, listable.aliases)
    rows, drawn = rows_asked(listable), faces.drawn(listable) if listable.draws else None
    # Of few that one sees among many, the order is found before all that is shown of them is read.
    are_all = rows is listable.rows and sees_everything(current_user)
    table = listing(
        drawn if drawn is not None and are_all else rows,
        key=listable.model.id, sorts=listable.sorts, default=listable.default_sort, drawn=drawn,
        is_sought=bool(search_words(text)),
    )  # fmt: skip
    return Shown(listable, table, columns.of_request(listable, current_user, table.sort), asked, text)


def rows_asked(listable: Listable) -> Select[Any]:
    """All rows that the address asks for."""
    if listable.narrow is not None:
        return listable.narrow(listable.rows)
    return conditions.of_request(listable.fields, listable.aliases).narrow(
        listable.matching(listable.rows, text_asked())
    )


def text_asked() -> str:
    return clean(request.args.get("q", "")[:LONGEST_TEXT])


def page(template: str, listable: Listable, **context: Any) -> Any:
    """The page of a list; for htmx its table, or only the rows that come to those on the page."""
    list_ = shown(listable)
    part = "lists/_rows.html" if list_.table.is_continued else "lists/_changed.html"
    return rendered(template, part=part, list=list_, is_part=wants_part(), **context)
