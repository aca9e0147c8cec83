"""What can be done to many records at once. Domains make these of their own forms and verbs, and give them to lists."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from sqlalchemy import Select, select

from crm_app.accounts.models import User
from crm_app.accounts.queries import assignable_by
from crm_app.activity.recording import plain
from crm_app.activity.sentences import shown
from crm_app.extensions import db
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

Rows = Callable[[User], Select[Any]]


class Refused(Exception):
    """This record cannot become so; its argument, if it has one, is a reason that the action can tell (`because`)."""


class Action:
    """One thing to do. `label` is what changes, `verb` what the bar under a list says, `icon` what stands beside it.

    Records come in batches: `ready` reads once what all of a batch needs, `do` changes one of them and gives back
    what `undo` needs to know of it, or None where it is so already. Both may raise Refused.
    """

    icon = "pencil"
    verb: Any = ""
    is_danger = False
    loads: Sequence[Any] = ()

    def __init__(self, key: str, label: Any, seen: Rows):
        self.key, self.label, self.seen = key, label, seen

    def seen_back(self, user: User) -> Select[Any]:
        """Where records to be put back are found."""
        return self.seen(user)

    def title(self, counted: str) -> str:
        return _("Change %(field)s of %(records)s", field=str(self.label), records=counted)

    def said(self, counted: str) -> str:
        return _("Changed: %(records)s.", records=counted)

    @property
    def note(self) -> str:
        """What to know before it is done."""
        return _("You can undo this for a day.")

    def because(self, reason: str, number: str) -> str:
        """Why so many were left alone, in a sentence; empty where there is no more to say than that they were."""
        return ""

    def form(self) -> Any:
        """Of this request: filled in with what was sent, if it was."""
        return FlaskForm()

    def fields(self, form: Any) -> Sequence[Any]:
        """Those that are to be filled in, in their order."""
        return ()

    def is_sent(self, form: Any) -> bool:
        return True

    def meant(self, form: Any) -> dict[str, Any]:
        """What was filled in, as plain JSON that `ready` reads."""
        return {}

    def words(self, meant: Mapping[str, Any]) -> object:
        """What was filled in, as the reader writes it; empty where that says nothing."""
        return ""

    def ready(self, meant: Mapping[str, Any], user: User, records: Sequence[Any]) -> Any:
        return None

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        raise Refused

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        return None

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        raise Refused


class Fact(Action):
    """One fact, filled in on the form by which it is changed in a single record.

    `form_of` makes that form; `of` reads the records that the fact names, where it names one.
    """

    def __init__(
        self, key: str, label: Any, seen: Rows, form_of: Callable[[str], Any], *, of: Rows | None = None, **more: Any
    ):
        super().__init__(key, label, seen)
        self.form_of, self.of = form_of, of
        self.loads = more.get("loads", ())
        self.is_day = more.get("is_day", False)

    @property
    def note(self) -> str:
        return _("Leave it empty to clear it on all of them. You can undo this for a day.")

    def form(self) -> Any:
        return self.form_of(self.key)

    def fields(self, form: Any) -> Sequence[Any]:
        return [form[self.key]]

    def is_sent(self, form: Any) -> bool:
        return self.key in request.form

    def meant(self, form: Any) -> dict[str, Any]:
        value = self.value(form)
        choices = dict(getattr(form[self.key], "choices", None) or {})
        return {"value": _kept(value), "words": (choices.get(value) or plain(value)) if value else ""}

    def value(self, form: Any) -> Any:
        return form[self.key].data

    def words(self, meant: Mapping[str, Any]) -> object:
        return shown(meant.get("words"))

    def ready(self, meant: Mapping[str, Any], user: User, records: Sequence[Any]) -> Any:
        kept = meant["value"]
        if self.of is None or kept is None:
            return self.read(kept)
        rows = self.of(user)
        found = db.session.scalar(rows.where(_model(rows).id == kept))
        # What it was to become is gone since, or hidden: no record may have it then.
        return _GONE if found is None else found

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        if value is _GONE:
            raise Refused
        before = getattr(record, self.key)
        if before == value:
            return None
        record.change(**{self.key: value})
        return {"value": _kept(before)}

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        """The records that were named before, by their ids: even those that whoever takes it back does not see."""
        ids = {before["value"] for before in befores} - {None}
        return by_id(self.model, ids) if self.of else {}

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        kept = before["value"]
        if self.of and kept is not None and kept not in value:
            raise Refused
        record.change(**{self.key: value[kept] if self.of and kept is not None else self.read(kept)})

    @property
    def model(self) -> Any:
        return User

    def read(self, kept: Any) -> Any:
        return date.fromisoformat(kept) if self.is_day and kept else kept


class Link(Fact):
    """A fact that names another record."""

    def __init__(self, key: str, label: Any, seen: Rows, form_of: Callable[[str], Any], of: Rows, model: Any, **more):
        super().__init__(key, label, seen, form_of, of=of, **more)
        self.linked = model

    @property
    def model(self) -> Any:
        return self.linked


class Assignment(Fact):
    icon, verb = "user", _l("Assign")

    def __init__(self, seen: Rows, form_of: Callable[[str], Any], **more: Any):
        super().__init__("owner", _l("Owner"), seen, form_of, of=assignable_by, **more)

    def title(self, counted: str) -> str:
        return _("Assign %(records)s", records=counted)

    @property
    def note(self) -> str:
        return _("You can undo this for a day.")

    def value(self, form: Any) -> Any:
        return form.owner.user


class Deletion(Action):
    """Into the bin. `clashes` gives back those of the records that may not leave it, as others have their code now."""

    icon, verb, is_danger = "trash-2", _l("Delete"), True

    def __init__(self, seen: Rows, binned: Rows, clashes: Callable[[Sequence[Any]], Collection[Any]] = lambda _: ()):
        super().__init__("deletion", _l("Bin"), seen)
        self.binned, self.clashes = binned, clashes

    def seen_back(self, user: User) -> Select[Any]:
        return self.binned(user)

    def title(self, counted: str) -> str:
        return _("Delete %(records)s", records=counted)

    @property
    def note(self) -> str:
        return _("They will be moved to the bin and left out of all figures. You can restore them.")

    def said(self, counted: str) -> str:
        return _("Moved to the bin: %(records)s.", records=counted)

    def because(self, reason: str, number: str) -> str:
        if reason != _CODE_TAKEN:
            return ""
        return _("Another record now has the same code: %(count)s left in the bin.", count=number)

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        record.delete()
        return {}

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        return self.clashes(records)

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        if record in value:
            raise Refused(_CODE_TAKEN)
        record.restore()


_GONE = object()
_CODE_TAKEN = "code taken"


def by_id(model: Any, ids: Collection[int]) -> dict[int, Any]:
    return {one.id: one for one in db.session.scalars(select(model).where(model.id.in_(ids)))} if ids else {}


def _kept(value: Any) -> Any:
    """A value as JSON keeps it, so that it can be read back: records by their ids."""
    return value.id if hasattr(value, "id") else plain(value)


def _model(rows: Select[Any]) -> Any:
    return rows.column_descriptions[0]["entity"]
