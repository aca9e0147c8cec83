"""Phones and addresses of people and companies as other systems export them, in many columns: which of them counts."""

import csv
import io

import pytest

from crm_app.exchange import previewing
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.matching import match_columns
from crm_app.exchange.rows import Matches
from crm_app.exchange.sources import Column, sources_of
from tests.exchange.importing import plan
from tests.exchange.stepping import drafted

OUTLOOK = (
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Assistant's Phone,"
    "Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,"
    "Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,"
    "Categories,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,"
    "E-mail 3 Address,E-mail 3 Type,E-mail 3 Display Name,Web Page"
)
GOOGLE = (
    "First Name,Last Name,Phonetic First Name,File As,Organization Name,Organization Title,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value"
)
OLD_GOOGLE = (
    "Name,Given Name,Family Name,Yomi Name,Given Name Yomi,Group Membership,E-mail 1 - Value,E-mail 2 - Value,"
    "Phone 1 - Value,Phone 2 - Value,Phone 3 - Value"
)
HUBSPOT = "Record ID,First Name,Email,Work email,Contact owner,Fax Number,Mobile Phone Number,Phone Number"
PIPEDRIVE = (
    "Person - ID,Person - Name,Person - Email - Work,Person - Email - Home,Person - Email - Other,"
    "Person - Phone - Work,Person - Phone - Home,Person - Phone - Mobile,Person - Phone - Other"
)
SALESFORCE = (
    "Id,IsDeleted,AccountId,LastName,FirstName,Phone,Fax,MobilePhone,HomePhone,OtherPhone,AssistantPhone,Email,"
    "SystemModstamp"
)


def names_of(header, kind, key):
    """The columns of an export that go to a field by their names, in the order in which they count."""
    header = next(csv.reader(io.StringIO(header)))
    fields = {field.key: field for field in KINDS[kind].fields}
    matched = match_columns(header, KINDS[kind].fields)
    going = [Column(place, name, fields[matched[name]]) for place, name in enumerate(header) if name in matched]
    return next(", ".join(source.headers) for source in sources_of(going, header) if source.field.key == key)


def of_outlook(**cells):
    """One line of Outlook's; cells by their headers, with `_` for a space and `-` left out."""
    header = next(csv.reader(io.StringIO(OUTLOOK)))
    assert cells.keys() <= {name.replace(" ", "_").replace("-", "") for name in header}
    return ",".join(cells.pop(name.replace(" ", "_").replace("-", ""), "") for name in header) + "\n"


@pytest.mark.parametrize(
    ("header", "key", "counting"),
    [
        (
            OUTLOOK,
            "phone",
            "Mobile Phone, Business Phone, Business Phone 2, Primary Phone, Home Phone, Home Phone 2, Other Phone, "
            "Car Phone, Radio Phone, Callback, Company Main Phone",
        ),
        (OUTLOOK, "email", "E-mail Address, E-mail 2 Address, E-mail 3 Address"),
        (GOOGLE, "phone", "Phone 1 - Value, Phone 2 - Value"),
        (GOOGLE, "email", "E-mail 1 - Value, E-mail 2 - Value"),
        (OLD_GOOGLE, "phone", "Phone 1 - Value, Phone 2 - Value, Phone 3 - Value"),
        (OLD_GOOGLE, "email", "E-mail 1 - Value, E-mail 2 - Value"),
        (HUBSPOT, "phone", "Phone Number, Mobile Phone Number"),
        (HUBSPOT, "email", "Email, Work email"),
        (
            PIPEDRIVE,
            "phone",
            "Person - Phone - Mobile, Person - Phone - Work, Person - Phone - Home, Person - Phone - Other",
        ),
        (PIPEDRIVE, "email", "Person - Email - Work, Person - Email - Home, Person - Email - Other"),
        (SALESFORCE, "phone", "Phone, MobilePhone, HomePhone, OtherPhone"),
    ],
)
def test_all_phones_and_addresses_of_an_export_count_in_a_sensible_order_and_no_fax(header, key, counting):
    assert names_of(header, "people", key) == counting


def test_the_website_of_a_company_in_hubspot_counts_before_its_domain():
    header = "Company ID,Company Name,Company Domain Name,Phone Number,Website,Company Owner"

    assert names_of(header, "companies", "website") == "Website, Company Domain Name"


def test_nobody_of_an_address_book_loses_a_number(olivia):
    lines = (
        of_outlook(First_Name="Anna", Business_Phone="1", Mobile_Phone="2", Business_Fax="9"),
        of_outlook(First_Name="Boris", Home_Phone="3"),
        of_outlook(First_Name="Clara", Business_Fax="9", Pager="8", Email_2_Address="clara@x.example"),
    )

    planned = plan("people", f"{OUTLOOK}\n{''.join(lines)}", olivia)

    assert [(row.facts.get("phone"), row.facts.get("email")) for row in planned.rows] == [
        ("2", None), ("3", None), (None, "clara@x.example"),
    ]  # fmt: skip


def test_the_preview_shows_of_all_phones_those_that_are_filled_in_its_rows(olivia):
    lines = of_outlook(First_Name="Anna", Home_Phone="3") + of_outlook(First_Name="Boris", Car_Phone="4")

    shown = previewing.preview(plan("people", f"{OUTLOOK}\n{lines}", olivia).prepared.plan, Matches({}), [])

    assert [name for name in shown["columns"] if "Phone" in name or name == "Callback"] == [
        "Car Phone", "Home Phone", "Mobile Phone",
    ]  # fmt: skip
    assert [len(row["cells"]) for row in shown["rows"]] == [len(shown["columns"])] * 2


def test_the_page_numbers_them_as_they_count_and_not_as_they_stand(client):
    page = client.page(drafted(client, "people", f"{OUTLOOK}\n{of_outlook(First_Name='Anna', Mobile_Phone='2')}"))

    chosen = next(one for one in page.all("select") if one.get("aria-label") == "Field for Mobile Phone")
    note = page.one("p", id=chosen.get("aria-describedby"))
    assert "The first non-empty one of 11 columns is used; this is number 1." in "".join(note.itertext())
    assert page.text.count("The first non-empty one of 3 columns is used; this is number") == 3
