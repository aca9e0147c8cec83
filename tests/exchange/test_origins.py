"""Exports of other systems: recognised by their headers, and their columns matched as they are named there."""

import csv
import io

import pytest

from crm_app.exchange.kinds import KINDS
from crm_app.exchange.matching import match_columns
from crm_app.exchange.origins import origin_of
from tests import make
from tests.exchange.importing import plan
from tests.exchange.stepping import drafted

GOOGLE = (
    "First Name,Last Name,Phonetic First Name,File As,Organization Name,Organization Title,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,Phone 1 - Value\n"
    "João,Silva,,,Acme,Buyer,* myContacts ::: Clients,* Work,joao@x.example ::: silva@x.example,+55 11 1 ::: +55 11 2\n"
)
OLD_GOOGLE = (
    "Name,Given Name,Family Name,Yomi Name,Given Name Yomi,Group Membership,E-mail 1 - Value,Organization 1 - Name"
)
OUTLOOK = (
    "Title,First Name,Last Name,Company,Job Title,Business Street,Assistant's Phone,Business Phone,E-mail Address,"
)
PIPEDRIVE = (
    "Deal - ID,Deal - Title,Deal - Stage,Deal - Status,Deal - Deal closed on,Deal - Value,Deal - Currency of Value"
)


@pytest.mark.parametrize(
    ("kind", "header", "origin", "fields"),
    [
        ("people", OLD_GOOGLE, "Google Contacts", "name first_name last_name tags email company"),
        ("people", OUTLOOK + "E-mail Display Name", "Outlook", "first_name last_name company job_title phone email"),
        ("people", "Record ID,First Name,Email,Contact owner,Phone Number", "HubSpot", "first_name email owner phone"),
        ("people", "Person - ID,Person - Name,Person - Email,Organization - Name", "Pipedrive", "name email company"),
        (
            "people",
            "First Name,Email,Account Name,Mailing City,Last Activity",
            "Salesforce",
            "first_name email company",
        ),
        ("companies", "Id,IsDeleted,Name,BillingCountry,SystemModstamp", "Salesforce", "name country"),
        ("deals", PIPEDRIVE, "Pipedrive", "code title stage outcome closed value currency"),
        ("deals", "Deal ID,Deal Name,Deal Stage,Deal Owner,Close Date", "HubSpot", "code title stage owner closed"),
        ("people", "name,email", "", "name email"),
    ],
)
def test_an_export_is_recognised_and_its_columns_are_matched(kind, header, origin, fields):
    names = next(csv.reader(io.StringIO(header)))

    assert origin_of(names) == origin
    assert list(match_columns(names, KINDS[kind].fields).values()) == fields.split()


def test_of_several_values_in_one_cell_the_first_counts_and_groups_of_google_itself_do_not(olivia):
    make.company(None, "Acme")

    facts = plan("people", GOOGLE, olivia).rows[0].facts

    assert (facts["name"], facts["email"], facts["phone"]) == ("João Silva", "joao@x.example", "+55 11 1")
    assert (facts["job_title"], facts["tags"]) == ("Buyer", ["Clients"])


def test_the_page_says_where_the_file_comes_from(client):
    assert "This is an export from Google Contacts." in client.page(drafted(client, "people", GOOGLE)).text


def test_a_status_beside_the_stage_closes_a_deal(olivia):
    make.pipeline()
    rows = "1,A,Proposal,won,2017-02-28,5,EUR\n2,B,Proposal,open,,5,EUR\n"
    rows += "3,C,,lost,2017-02-28,,EUR\n4,D,Proposal,maybe,,,\n"

    planned = plan("deals", f"{PIPEDRIVE}\n{rows}", olivia)

    assert [row.values.get("outcome") for row in planned.rows[:3]] == ["won", "open", "lost"]
    assert [row.becomes for row in planned.rows] == ["create", "create", "create", "refused"]
