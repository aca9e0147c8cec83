"""What stands in the way of files: archives, backups, what is imported, and data that knows nothing."""

from contextlib import nullcontext

from itsdangerous import Signer

from crm_app.backups import views as backups
from crm_app.exchange import decoding, reading, records
from crm_app.exchange.archive import manifest, opening
from crm_app.exchange.vcards import cards
from crm_app.exchange.workbooks import package
from crm_app.web import packages
from tests.security import advisories, auditing
from tests.security.attacks import advisories as data
from tests.security.attacks import archives, imported
from tests.security.guards.taking import Twin, instead

_ENDLESS = 10**9


def _without_end(_scene, monkeypatch):
    for name in ("LONGEST_LINE", "_LONGEST_ROW"):
        monkeypatch.setattr(decoding, name, _ENDLESS)
    return nullcontext()


TWINS = [
    Twin("what an archive may unpack to", instead(opening, "MOST_TIMES", _ENDLESS), archives.harmful_archives),
    Twin("plain files", instead(opening, "_expect_plain", lambda _entry: None), archives.harmful_archives),
    Twin("names in archives", instead(manifest, "is_upload", lambda _name: True), archives.harmful_archives),
    Twin("signatures of backups", instead(Signer, "verify_signature", lambda *_: True), archives.other_backups),
    Twin("digests of backups", instead(packages, "is_unchanged", lambda *_: True), archives.other_backups),
    Twin(
        "the link that sets it up", instead(backups, "_may_put_back", lambda _token: True), archives.put_back_by_others
    ),
    Twin("no DTD", instead(package, "_refuse_dtd", lambda *_: None), imported.outside_parts),
    Twin("how many columns", instead(records, "MOST_COLUMNS", _ENDLESS), imported.endless_rows),
    Twin("how long a line is", _without_end, imported.endless_rows),
    Twin("rows that fit", instead(reading.Lines, "_problem", lambda *_: ""), imported.endless_rows),
    Twin("how much is in a card", instead(cards, "_MOST_PROPERTIES", _ENDLESS), imported.endless_cards),
    Twin("how long an entry is", instead(cards, "_LONGEST_VALUE", _ENDLESS), imported.endless_cards),
    Twin("how much data there is", instead(advisories, "FEWEST", 1), data.silent_advisories),
    Twin("how old data may be", instead(advisories, "MOST_DAYS", 9999), data.silent_advisories),
    Twin("a fault that is known", instead(auditing, "_expect_found", lambda _faults: None), data.silent_advisories),
]  # fmt: skip
