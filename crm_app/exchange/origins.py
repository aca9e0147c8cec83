"""Which other system a file comes from, by headers that only its exports have, and which of them say more."""

from collections.abc import Sequence

from crm_app.web.text import match_key

_HEADERS = (
    # Before others whose headers differ in nothing but spaces and dashes.
    ("Pipedrive", "deal - id, deal - title"),
    ("Pipedrive", "person - id, person - name"),
    ("Pipedrive", "organization - id, organization - name"),
    ("Google Contacts", "phonetic first name, file as, organization name, labels"),
    ("Google Contacts", "yomi name, given name yomi, group membership"),
    ("Outlook", "e-mail display name, business street, assistant's phone"),
    ("HubSpot", "record id, contact owner"),
    ("HubSpot", "contact id, lifecycle stage, contact owner"),
    ("HubSpot", "record id, company owner"),
    ("HubSpot", "company id, company domain name, company owner"),
    ("HubSpot", "record id, deal stage, deal owner"),
    ("HubSpot", "deal id, deal stage, deal owner"),
    ("Salesforce", "id, isdeleted, systemmodstamp"),
    ("Salesforce", "account name, mailing city, last activity"),
    ("Salesforce", "opportunity name, opportunity owner"),
    ("QuickBooks", "customer, full name, billing address, open balance"),
)
_ORIGINS = [(name, frozenset(map(match_key, headers.split(",")))) for name, headers in _HEADERS]

# The columns that count before others for the same field, where the order of the export says nothing about that.
_PREFERRED = {
    "Outlook": """
        mobile phone, business phone, business phone 2, primary phone, home phone, home phone 2, other phone, car phone,
        radio phone, callback, company main phone
    """,
    "HubSpot": "phone number, mobile phone number, email, work email, website, website url, company domain name",
    "Pipedrive": "person - phone - mobile, person - phone - work, person - phone - home, person - phone - other",
    "Salesforce": "phone, mobile, mobile phone, home phone, other phone",
}


def origin_of(header: Sequence[str]) -> str:
    """The name of the system; empty for a file that any could have made."""
    keys = set(map(match_key, header))
    return next((name for name, needed in _ORIGINS if needed <= keys), "")


def preferred(header: Sequence[str]) -> dict[str, int]:
    """Header -> its place among those that count before others; equal where the order of the file is as good as any."""
    wanted = [match_key(name) for name in _PREFERRED.get(origin_of(header), "").split(",")]
    return {name: wanted.index(key) if (key := match_key(name)) in wanted else len(wanted) for name in header}
