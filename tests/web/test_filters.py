from crm_app.web.reader import Reader, read_as


def test_a_number_that_stands_in_a_template_is_written_for_each_reader_anew(app):
    with app.test_request_context("/"):
        read_as(Reader())
        template = app.jinja_env.from_string("{{ 1234.5|num(1) }} {{ 0.95|percent }}")
        assert template.render() == "1,234.5 95%"

        read_as(Reader(language="fa", digits="persian"))
        assert template.render() == "۱٬۲۳۴٫۵ \u200e۹۵٪"
