from markupsafe import Markup

from crm_app.web.reader import Reader, read_as
from crm_app.web.texts import gettext, in_language, lazy_gettext, ngettext, pgettext


def test_texts_are_in_the_language_of_the_reader(app):
    with app.app_context():
        read_as(Reader(language="fa"))
        assert gettext("Companies") == "شرکت‌ها"
        read_as(Reader(language="zh"))
        assert gettext("Companies") == str(lazy_gettext("Companies")) == "公司"
        read_as(Reader())
        assert gettext("Companies") == "Companies"


def test_a_language_can_be_asked_for_and_the_readers_own_comes_back(app):
    with app.app_context():
        read_as(Reader(language="fa"))
        before = gettext("Companies")
        with in_language("en_US"):
            assert gettext("Companies") == "Companies"
        assert gettext("Companies") == before != "Companies"


def test_what_a_text_is_given_stands_in_it(app):
    with app.app_context():
        read_as(Reader())
        assert gettext("Select %(name)s", name="<b>") == "Select <b>"
        assert ngettext("%(days)s day", "%(days)s days", 1, days=1) == "1 day"
        assert ngettext("%(days)s day", "%(days)s days", 2, days=2) == "2 days"
        assert pgettext("person", "Name") == "Name"


def test_a_template_escapes_what_its_texts_are_given(app):
    with app.app_context():
        read_as(Reader())
        text = "{{ _('Select %(name)s', name=name) }}{{ ngettext('%(name)s', '%(num)s', 1, name=name) }}"
        template = app.jinja_env.from_string(text)
        assert template.render(name="<b>") == "Select &lt;b&gt;&lt;b&gt;"
        assert template.render(name=Markup("<b>")) == "Select <b><b>"


def test_without_a_reader_texts_are_english():
    assert gettext("Companies") == "Companies"
