"""The check of every answer: each fault is told, and what a browser would mend in silence is one."""

import pytest

from tests import html


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("<div><p>A</div>", "</div> closes ['p']"),
        ("<div>", "<div> is never closed"),
        ("</div>", "</div> closes []"),
        ("<b id=a class=x class=y>A</b>", "class twice on <b>"),
        ("<p>1 < 2</p>", "a < that begins nothing"),
        ('<p title="a"b">A</p>', "a < that begins nothing"),
        ("<p><div>A</div></p>", "<div> in <p>"),
        ('<form method="get"><form method="get"></form></form>', "<form> in <form>"),
        ('<a href="/"><b><a href="/">A</a></b></a>', "<a> in <a>"),
        ("<table><div>A</div></table>", "<div> in <table>"),
        ("<table><tr>A</tr></table>", "text in <tr>"),
        ("<b id=a>A</b><i id=a>B</i>", "id “a” stands 2 times"),
        ("<script>alert(1)</script>", "inline <script>"),
        ('<form method="post"></form>', "without CSRF field"),
        ('<input name="a">', "no label"),
        ("<button></button>", "no name for <button"),
    ],
)
def test_a_fault_of_an_answer_is_told(part, told):
    assert told in "; ".join(html.problems(part, is_page=False))


def test_a_part_without_a_fault_is_read_as_it_stands():
    part = '<tr hidden title="a > b"><td>A &amp; &lt;b&gt;<br/>&#34;C</td>'
    part += '<td><textarea aria-label="x">\n</p>D</textarea></td></tr>'

    page = html.Page(part)

    assert html.problems(part, is_page=False) == []
    assert page.one("tr", title="a > b").get("hidden") == ""
    assert [" ".join(cell.itertext()) for cell in page.all("td")][1] == "</p>D"
    assert page.text == 'A & <b> "C </p>D'
