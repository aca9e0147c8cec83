"""Attacks on every route of the table and on what stands behind them: none gets anywhere, and nothing changes."""

import pytest

from tests.security.attacks import (
    advisories,
    archives,
    bounds,
    failures,
    files,
    guessing,
    imported,
    letters,
    requests,
    rights,
    sessions,
    texts,
)

EVERYWHERE = [
    rights.others_records, rights.what_exists, rights.second_doors, rights.visitors, rights.viewers_changes,
    rights.others_offices, rights.extra_keys, rights.disabled,
    requests.without_token, requests.other_sites, requests.reading_changes, requests.bare_answers, requests.led_away,
    requests.led_back, requests.foreign_hosts, requests.spoofed_addresses, requests.odd_paths,
    texts.markup, texts.unlisted_names, texts.formulas, texts.log_lines, texts.rewritten_log, texts.kept_as_typed,
    sessions.old_cookies, sessions.planted_cookies, sessions.old_sessions, sessions.unproven, sessions.first_step_alone,
    sessions.spent_links,
    files.handed_out, files.other_files, files.file_names,
    bounds.told_secrets, bounds.edited_views, bounds.impossible_amounts, bounds.tedious_texts, bounds.boundless_asks,
    archives.harmful_archives, archives.other_backups, archives.put_back_by_others,
    imported.outside_parts, imported.endless_rows, imported.endless_cards,
    guessing.guesses, guessing.who_has_an_account, letters.lines_in_heads, letters.links_in_letters,
    failures.told_by_errors, advisories.silent_advisories,
]  # fmt: skip


# How a request is spelled and how a file is read are no matter of the database: tried on SQLite alone.
_BEFORE_ANY_DATABASE = {
    requests.without_token, requests.other_sites, requests.bare_answers, requests.led_away, requests.led_back,
    requests.foreign_hosts, requests.spoofed_addresses, requests.odd_paths,
    imported.outside_parts, imported.endless_rows, imported.endless_cards, advisories.silent_advisories,
}  # fmt: skip


def _marks_of(attack):
    return [pytest.mark.sqlite] if attack in _BEFORE_ANY_DATABASE else []


@pytest.mark.parametrize("attack", [pytest.param(one, marks=_marks_of(one), id=one.__name__) for one in EVERYWHERE])
def test_an_attack_gets_nowhere(scene, attack):
    assert attack(scene) == []
