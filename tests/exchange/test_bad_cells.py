"""Each bad cell is refused by itself, named by row and column; the other rows stay fine."""

import pytest

from crm_app.exchange.planning import MappingError
from tests import make
from tests.exchange.importing import bring_in, plan, reasons

DEALS = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"


@pytest.fixture
def firm(alice, olivia):
    make.pipeline()
    make.product(olivia, "GTX Pro", price=4821_00)
    make.company(None, "Cancity")
    return olivia


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("D1,Alice Adler,GTX Pro,Cancity,Won,2017-01-01,31/02/2017,10", "close_date", "31/02/2017"),
        ("D1,Alice Adler,GTX Pro,Cancity,Won,2017-01-01,2017-02-31,10", "close_date", "2017-02-31"),
        ("D1,Alice Adler,GTX Pro,Cancity,Won,03/04/2017,2017-05-01,10", "engage_date", "is ambiguous"),
        ("D1,Alice Adler,GTX Pro,Cancity,Won,2017-01-01,2017-05-01,-10", "close_value", "negative"),
        ("D1,Alice Adler,GTX Pro,Cancity,Won,2017-01-01,2017-05-01,ten", "close_value", "number"),
        ("D1,Nobody Known,GTX Pro,Cancity,Won,2017-01-01,2017-05-01,10", "sales_agent", "Nobody Known"),
        ("D1,Alice Adler,GTX Pro,Cancity,Hoping,2017-01-01,,10", "deal_stage", "Hoping"),
        ("D1,Alice Adler,GTX Pro,Cancity,,2017-01-01,,10", "deal_stage", "empty"),
        ("D1,Alice Adler,Anvil,Cancity,Won,2017-01-01,2017-05-01,10", "product", "Anvil"),
        ("D1,Alice Adler,GTXPro,Cancity,Won,2017-01-01,2017-05-01,10", "product", "GTX Pro"),
        ("D1,Alice Adler,GTX Pro,Nowhere,Won,2017-01-01,2017-05-01,10", "account", "Nowhere"),
        ("D1,Alice Adler,GTX Pro,Cancity,Won,2017-06-01,2017-05-01,10", "close_date", "before"),
        (
            "D1,Alice Adler,GTX Pro,Cancity,Lost,2017-06-01,,10",
            "close_date",
            "A won or lost deal needs a closing date.",
        ),
        ("D1,Alice Adler,GTX Pro,Cancity,Won,2017-06-01,2199-01-01,10", "close_date", "future"),
        ("D1,Alice Adler,GTX Pro,Cancity,Won,2017-06-01,2017-07-01,10.00001", "close_value", "EUR"),
    ],
)
def test_a_bad_cell_of_a_deal_is_refused_and_the_row_beside_it_is_not(firm, row, column, said):
    fine = "D2,Alice Adler,GTX Pro,Cancity,Won,2017-01-01,2017-05-01,10\n"

    planned = plan("deals", DEALS + row + "\n" + fine, firm)

    assert list(reasons(planned)) == [2]
    assert column in reasons(planned)[2] and said in reasons(planned)[2]
    assert planned.counts["create"] == 1


def test_tags_lose_the_sign_before_them_as_in_a_form(firm):
    planned = plan("companies", "name,tags\nAcme,#vip; ##new;vip;#;c#\n", firm)

    assert planned.rows[0].facts["tags"] == ["vip", "new", "c#"]


def test_a_company_of_a_coming_century_is_refused(firm):
    planned = plan("companies", "name,founded\nAcme,2121\nBeta,2120\n", firm)

    assert list(reasons(planned)) == [2] and "2121" in reasons(planned)[2]


def test_a_negative_price_of_a_product_is_refused(firm):
    planned = plan("products", "product,sales_price\nA,-5\nB,5\n", firm)

    assert "sales_price" in reasons(planned)[2] and "negative" in reasons(planned)[2]
    assert planned.fine == 1


def test_the_second_of_two_rows_with_the_same_key_is_refused_and_names_the_first(firm):
    planned = plan("companies", "account\nAcme\nBeta\nACME\n", firm)

    assert reasons(planned) == {4: "Column “account”: The same as in row 2, but each row needs its own."}


def test_rows_are_named_in_the_readers_digits(firm):
    firm.language, firm.digits = "fa", "persian"

    planned = plan("companies", "account,sector\nAcme,=1\nBeta,\nACME,\n", firm)

    assert "۲" in reasons(planned)[4] and "2" not in reasons(planned)[4]
    assert "۲" in planned.warnings[0] and "2" not in planned.warnings[0]


def test_sentences_of_a_reason_stand_close_in_chinese(firm):
    firm.language = "zh"

    planned = plan("deals", DEALS + "D1,Alice Adler,GTXPro,Cancity,Won,2017-01-01,2017-05-01,10\n", firm)

    assert "GTX Pro" in reasons(planned)[2] and "。 " not in reasons(planned)[2]


def test_a_formula_stays_text_and_is_warned_of(firm):
    import_ = bring_in("companies", 'account,sector\n"=HYPERLINK(""http://x"")",@SUM(A1)\n', firm)

    planned = plan("companies", 'account,sector\n"=HYPERLINK(""http://x"")",@SUM(A1)\n', firm)
    assert import_.created == 1
    assert "row 2, column account" in planned.warnings[0]


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#div/0!", "#NAME?"])
def test_the_error_of_a_formula_becomes_nobodys_name(firm, cell):
    planned = plan("companies", f"account,sector,phone\nAcme,{cell},1\n{cell},Labs,2\nBeta,#1 in glass,3\n", firm)

    assert list(reasons(planned)) == [2, 3] and planned.fine == 1
    assert all(f"“{cell}” is the error of a formula." in said for said in reasons(planned).values())


def test_a_phone_number_with_an_extension_is_no_formula(firm):
    planned = plan("companies", "account,phone\nAcme,+1-781-346-8026x4026\nBeta,+49 (221) 391 ext. 7\n", firm)

    assert planned.warnings == []


def test_the_bounds_of_a_number_are_named_in_the_readers_digits(firm):
    firm.language, firm.digits = "fa", "persian"

    planned = plan("companies", "account,employees,year_established\nAcme,-4,9000\n", firm)

    assert "۲٬۰۰۰٬۰۰۰٬۰۰۰" in reasons(planned)[2]
    assert "۱۰۰۰" in reasons(planned)[2] and "۲۱۲۰" in reasons(planned)[2]


def test_jalali_dates_and_persian_digits_are_read(firm):
    planned = plan("deals", DEALS + "D1,Alice Adler,GTX Pro,Cancity,Won,۱۳۹۵/۱۰/۱۲,1396-01-15,۱۰۰۰\n", firm)

    assert not reasons(planned)
    assert str(planned.rows[0].facts["created_day"]) == "2017-01-01"
    assert planned.rows[0].facts["value_amount"] == 1000_00


def test_a_row_of_another_width_is_refused(firm):
    planned = plan("products", "product,sales_price\nA\nB,5\n", firm)

    assert "cells" in reasons(planned)[2]


def test_countries_are_known_in_three_languages_and_asked_about_when_misspelt(firm):
    text = "account,office_location\nA,United States\nB,ایران\nC,中国\nD,Philipines\nE,de\nF,Korea\n"

    planned = plan("companies", text, firm)

    assert [row.facts.get("country") for row in planned.rows] == ["US", "IR", "CN", None, "DE", None]
    assert {q.text: q.suggestion.entry.id for q in planned.questions} == {"Philipines": "PH", "Korea": "KR"}


def test_a_name_of_marks_that_nobody_sees_is_empty(firm):
    planned = plan("companies", "account,sector\n\u200b,x\nBeta,\u200b\n", firm)

    assert reasons(planned) == {2: "Column “account”: The cell is empty, but “Name” is required."}
    assert planned.fine == 1


def test_a_parent_written_in_two_ways_in_the_file_is_one_company(firm):
    planned = plan("companies", "account,subsidiary_of\nChild,Acme\nAcme,\nACME,\n", firm)

    assert list(reasons(planned)) == [4]


def test_an_endless_name_that_is_not_known_is_told_in_short_and_not_asked_about(firm):
    planned = plan("companies", f"account,subsidiary_of\nChild,{'p' * 90_000}\n", firm)

    assert "subsidiary_of" in reasons(planned)[2] and len(reasons(planned)[2]) < 200
    assert planned.questions == []


def test_a_pipeline_is_not_made_twice_by_one_name(firm):
    with pytest.raises(MappingError, match="already a pipeline with this name"):
        plan("deals", DEALS + "D1,Alice Adler,GTX Pro,Cancity,Open,2017-01-01,,\n", firm, new_pipeline="sales")


def test_a_meaning_is_looked_for_once_however_many_rows_ask(firm, monkeypatch):
    from crm_app.exchange.matching import Lookup

    looked_for, suggest = [], Lookup.suggest
    monkeypatch.setattr(Lookup, "suggest", lambda self, text: looked_for.append(text) or suggest(self, text))
    row = "D{},Alice Adler,GTXPro,Cancity,Won,2017-01-01,2017-05-01,10\n"

    planned = plan("deals", DEALS + "".join(row.format(number) for number in range(20)), firm)

    assert planned.counts["refused"] == 20
    assert looked_for == ["GTXPro"]


def test_reasons_write_days_and_amounts_as_whoever_imports_reads_them(firm):
    firm.language, firm.calendar, firm.digits = "fa", "jalali", "persian"
    text = DEALS + "D1,,GTX Pro,,Won,1402/05/05,1402/04/04,5\nD2,,GTX Pro,,Won,1402/05/05,1499/01/01,5\n"

    text += f"D3,,GTX Pro,,Proposal,1499/02/02,,5\nD4,,GTX Pro,,Proposal,,,0.005\nD5,,GTX Pro,,Proposal,,,{'9' * 25}\n"

    told = reasons(plan("deals", text, firm))

    assert "۴ تیر ۱۴۰۲" in told[2] and "۵ مرداد ۱۴۰۲" in told[2]
    assert "۱ فروردین ۱۴۹۹" in told[3]
    assert "۲ اردیبهشت ۱۴۹۹" in told[4]
    assert "۰٫۰۰۵" in told[5] and "۹" * 25 in told[6]
