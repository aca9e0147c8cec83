"""Scripts and stylesheets in one file each: every module keeps its own names, and what would go wrong is refused."""

import os
import shutil

import pytest

from crm_app import create_app
from crm_app.web import bundling
from crm_app.web.bundling import BundlingError


def test_a_module_comes_after_those_it_imports_and_takes_what_they_export():
    sources = {
        "a.js": '// Says it.\n\nimport { name, greet } from "./b-c.js";\n\nsay(`${greet()} ${name}`);\n',
        "b-c.js": 'const it = "you";\nexport const name = it;\nexport async function greet() {\n  return 1;\n}\n',
    }

    joined = bundling.modules(sources)

    assert joined.index("const $b_c = $run(") < joined.index("const $a = $run(")
    assert 'const it = "you";\nconst name = it;\nasync function greet() {\nreturn 1;\n}' in joined
    assert "return { name, greet };" in joined and "const { name, greet } = $b_c;" in joined
    assert "import {" not in joined and "export" not in joined and "Says it" not in joined


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('import { x } from "./nowhere.js";\n', "there is no nowhere.js"),
        ('import { x } from "./other.js";\n', "other.js does not export x"),
        ('import { a } from "./main.js";\nexport const a = 1;\n', "main.js → main.js"),
        ('import x from "./other.js";\n', "import x from"),
        ('import "./other.js";\n', 'import "./other.js"'),
        ("export let x = 1;\n", "export let"),
        ("export default 1;\n", "export default"),
        ("const x = 1;\nexport { x };\n", "export { x }"),
        ("  say(import.meta.url);\n", "import.meta"),
        ("const x = `\n  indented`;\n", "a text of several lines"),
    ],
)
def test_what_could_not_be_joined_rightly_is_refused_by_name(source, said):
    with pytest.raises(BundlingError, match=r"^main\.js") as refused:
        bundling.modules({"main.js": source, "other.js": "export const y = 1;\n"})

    assert said in str(refused.value)


def test_a_sheet_loses_comments_and_indentation_alone():
    sheets = {"b.css": "/* Why:\n   so. */\n  .b {\n    margin: 0 1px;\n  }\n", "a.css": "@layer a, b;\n"}

    assert bundling.sheet(sheets) == "@layer a, b;\n.b {\nmargin: 0 1px;\n}\n"


def test_pages_ask_for_one_sheet_and_two_scripts_compressed_and_kept_for_ever(app, client):
    page = client.page("/contacts/people")

    asked = [tag.get("src") for tag in page.all("script")]
    asked += [tag.get("href") for tag in page.all("link", rel="stylesheet")]
    assert [url.rpartition("/")[2] for url in asked] == ["first.js", "all.js", "all.css"]
    for url in asked:
        with client.get(url, buffered=True) as plain:
            pass
        with client.get(url, headers={"Accept-Encoding": "br, gzip"}, buffered=True) as small:
            pass
        assert plain.status_code == 200 and "immutable" in plain.headers["Cache-Control"]
        assert small.headers["Content-Encoding"] == "br" and len(small.data) < len(plain.data) / 2
        assert "script-src 'self'" in small.headers["Content-Security-Policy"]
    assert client.get(asked[1].replace("all.js", "board.js")).status_code == 404


@pytest.fixture
def private():
    """Whatever is written is for its owner alone."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.parametrize("is_locked", [False, True])
def test_what_is_served_is_made_once_beside_its_sources_or_by_the_instance_where_those_cannot_be_written(
    app, tmp_path, private, is_locked
):
    sources, kept = tmp_path / "static", tmp_path / "static" / "__pycache__"
    shutil.copytree(app.config["STATIC_PATH"], sources, ignore=shutil.ignore_patterns(kept.name))
    if is_locked:
        kept.write_text("no folder")

    def made(name):
        create_app(TESTING=True, STATIC_PATH=str(sources), INSTANCE_PATH=str(tmp_path / name))
        return set((tmp_path / name / "static").glob("*")) if is_locked else set(kept.iterdir())

    (first,) = made("one")
    stamp = first.stat().st_mtime_ns
    assert {path.stat().st_mode & 0o777 for path in (first, first / "css")} == {0o755}
    assert (first / "css" / "all.css.br").stat().st_mode & 0o777 == 0o644
    (again,) = made("other")
    assert is_locked or (again == first and again.stat().st_mtime_ns == stamp)

    # A process that runs hands out what it began with; a day later it is forgotten.
    (sources / "css" / "more.css").write_text(".more { margin: 0 }")
    (changed,) = made("one") - {first}
    assert first.is_dir() and ".more" in (changed / "css" / "all.css").read_text()
    for path in (first, changed):
        os.utime(path, (0, 0))
    (sources / "css" / "more.css").unlink()
    (sources / "css" / "others.css").write_text(".others { margin: 0 }")
    (last,) = made("one")
    assert last not in (first, changed)
