from crm_app.web import formats
from crm_app.web.reader import Reader, read_as


def test_names_in_a_row_keep_their_order_from_right_to_left(app):
    with app.test_request_context("/"):
        read_as(Reader())
        assert formats.listed(["Open", "Won"]) == "Open, Won"

        read_as(Reader(language="fa"))
        assert formats.listed(["Open", "Won"]) == "\u2068Open\u2069، \u2068Won\u2069"
