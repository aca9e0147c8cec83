"""What the scanner is given to attack: each page and form once, however many records have one."""

import sqlite3

from tests.security import scanning


def test_pages_that_differ_in_numbers_and_values_alone_are_attacked_once(tmp_path):
    file, host = tmp_path / "session.db", "http://127.0.0.1:1234"
    found = sqlite3.connect(file)
    found.execute("CREATE TABLE paths (path_id INTEGER PRIMARY KEY, path TEXT, method TEXT, evil BOOLEAN)")
    found.execute("CREATE TABLE params (path_id INTEGER, type TEXT, name TEXT, value1 TEXT)")
    pages = [
        ("/deals/1", "GET", {}), ("/deals/2", "GET", {}), ("/deals/2/stage", "GET", {}), ("/deals/2", "POST", {}),
        ("/deals", "GET", {"sort": "name"}), ("/deals", "GET", {"sort": "-name"}), ("/deals", "GET", {"q": "name"}),
        ("/deals", "GET", {"q": "1", "sort": "2"}), ("/deals", "GET", {"sort": "3", "q": "4"}),
    ]  # fmt: skip
    for number, (path, method, values) in enumerate(pages):
        found.execute("INSERT INTO paths VALUES (?, ?, ?, 0)", (number, f"{host}{path}", method))
        for name, value in values.items():
            found.execute("INSERT INTO params VALUES (?, 'G', ?, ?)", (number, name, value))
    found.execute("INSERT INTO paths VALUES (9, ?, 'GET', 1)", (f"{host}/deals/1",))
    found.commit()

    scanning._leave_out_alike(file)

    assert [number for (number,) in found.execute("SELECT path_id FROM paths")] == [0, 2, 3, 4, 6, 7, 9]
    assert {number for (number,) in found.execute("SELECT path_id FROM params")} == {4, 6, 7}
