"""Errors in plain words, and never a trace."""

from crm_app.contacts import forms
from crm_app.contacts.models import Tag
from crm_app.extensions import db
from tests import make


def test_of_two_who_write_the_same_at_once_one_is_told_so(client, alice, monkeypatch):
    company = make.company(alice, "Alpha")
    db.session.add(Tag(name="Key"))
    db.session.commit()
    # The other one's tag comes between reading and writing.
    monkeypatch.setattr(forms, "tag_as", lambda record, names: setattr(record, "tags", [Tag(name="Key")]))

    response = client.send(f"/contacts/companies/{company.id}/facts/tags", {"tags": "Key", "version": company.version})

    assert response.status_code == 409
    assert company.tags == []
