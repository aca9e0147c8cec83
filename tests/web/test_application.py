from flask import Flask, url_for

from crm_app.web.application import Application


def test_the_address_of_each_record_is_its_own(app):
    with app.test_request_context("/contacts/companies"):
        assert url_for("contacts.company", company_id=7) == "/contacts/companies/7"
        assert url_for("contacts.company", company_id=812) == "/contacts/companies/812"
        assert url_for("contacts.companies") == "/contacts/companies"


def test_numbers_go_where_they_belong(app):
    with app.test_request_context("/"):
        assert url_for("contacts.company", company_id=7, before=3) == "/contacts/companies/7?before=3"
        assert url_for("contacts.company", before=4, company_id=8) == "/contacts/companies/8?before=4"
        assert url_for("contacts.company", company_id=9, q="{0} 5") == "/contacts/companies/9?q=%7B0%7D+5"
        assert url_for("pipeline.deals", company=7, person=None) == "/pipeline/deals?company=7"


def test_an_address_like_an_earlier_one_is_not_built_anew_whoever_asks(app, monkeypatch):
    with app.test_request_context("/"):
        url_for("contacts.company", company_id=7, before=None)
        monkeypatch.setattr(Flask, "url_for", None)

        assert url_for("contacts.company", company_id=8, before=None) == "/contacts/companies/8"


def test_an_address_within_a_domain_is_found_from_there(app):
    for path, expected in (("/contacts/companies", "/contacts/companies"), ("/pipeline/board", "/pipeline/deals")):
        with app.test_request_context(path):
            endpoint = ".companies" if path.startswith("/contacts") else ".deals"
            assert url_for(endpoint) == expected


def test_addresses_keep_to_the_place_where_the_application_is_mounted(app):
    for base, expected in (("http://x/", "/contacts/companies/7"), ("http://x/crm/", "/crm/contacts/companies/7")):
        with app.test_request_context("/", base_url=base):
            assert url_for("contacts.company", company_id=7) == expected


def test_every_address_is_the_one_that_flask_builds(app):
    with app.test_request_context("/"):
        for rule in app.url_map.iter_rules():
            values = {name: 40 + n for n, name in enumerate(sorted(rule.arguments))}
            if all(type(rule._converters[name]).__name__ == "RecordNumber" for name in rule.arguments):
                for _ in range(2):
                    built = Application.url_for(app, rule.endpoint, **values)
                    assert built == Flask.url_for(app, rule.endpoint, **values)
