"""What a bulk change did, in words and numbers."""

from dataclasses import dataclass
from functools import cached_property

from flask_login import current_user

from crm_app.bulk.actions import Action
from crm_app.bulk.models import KEPT, REFUSED, BulkChange
from crm_app.bulk.selecting import Selection
from crm_app.lists.listables import Listable, of_place
from crm_app.web import formats
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


@dataclass(frozen=True)
class Told:
    """`listable` and `action` are None once their list is no longer the reader's to see."""

    change: BulkChange
    listable: Listable | None
    action: Action | None

    @property
    def title(self) -> str:
        """What was asked for."""
        return self.action.title(self.counted(self.change.count)) if self.action else _("A bulk change")

    @property
    def words(self) -> object:
        """What it was filled in with."""
        return self.action.words(self.change.meant) if self.action else ""

    @property
    def url(self) -> str:
        """The list as it stood."""
        return f"{self.listable.url}?{self.change.query}".rstrip("?") if self.listable else ""

    @property
    def done(self) -> str:
        """What came of it, in a sentence."""
        change = self.change
        if change.is_undoing:
            return _("Restored: %(records)s.", records=self.counted(change.undone))
        if not change.done:
            return _("Nothing was changed.")
        return self.action.said(self.counted(change.done)) if self.action else ""

    @cached_property
    def left(self) -> list[str]:
        """What was left alone, and why, in a sentence for each reason."""
        change = self.change
        if change.is_undoing:
            reasons, kept = self._because(KEPT, change.kept)
            text = ngettext(
                "%(count)s record has been changed since and was left unchanged.",
                "%(count)s records have been changed since and were left unchanged.",
                kept, count=formats.num(kept),
            )  # fmt: skip
            return [*reasons, text] if kept else reasons
        reasons, refused = self._because(REFUSED, change.refused)
        texts = [
            (change.same, ngettext("%(count)s record already had this value.",
                                   "%(count)s records already had this value.", change.same,
                                   count=formats.num(change.same))),
            (change.newer, ngettext("%(count)s record was changed by someone else in the meantime and was skipped.",
                                    "%(count)s records were changed by someone else in the meantime and were "
                                    "skipped.", change.newer,
                                    count=formats.num(change.newer))),
            (refused, ngettext("%(count)s record cannot be changed this way or was not found, and was skipped.",
                               "%(count)s records cannot be changed this way or were not found, and were skipped.",
                               refused, count=formats.num(refused))),
        ]  # fmt: skip
        return reasons + [text for number, text in texts if number]

    def _because(self, outcome: str, number: int) -> tuple[list[str], int]:
        """A sentence for each reason that the action can tell, and how many of so many remain without one."""
        texts = []
        for reason, count in self.change.reasons.get(outcome, {}).items():
            if text := self.action.because(reason, formats.num(count)) if self.action else "":
                texts.append(text)
                number -= count
        return texts, number

    def counted(self, number: int) -> str:
        return counted(self.listable, number) if self.listable else formats.num(number)


def of(*changes: BulkChange) -> list[Told]:
    listables = {place: of_place(place, current_user) for place in {change.place for change in changes}}
    return [_told(change, listables[change.place]) for change in changes]


def _told(change: BulkChange, listable: Listable | None) -> Told:
    return Told(change, listable, listable.action(change.action) if listable else None)


def counted(listable: Listable, number: int) -> str:
    return listable.counted(number, formats.num(number))


def growth(selection: Selection, shown: str) -> str:
    """What to say where more match by now than the number that was agreed to; empty where that is not so."""
    if not selection.is_all or (shown.isascii() and shown.isdigit() and selection.number <= int(shown[:12])):
        return ""
    return _("More records match now: %(records)s. Check again before you continue.",
             records=counted(selection.listable, selection.number))  # fmt: skip
