"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crm_app import create_app, entrance, garbage, processes

with processes.reading_code():
    app = entrance.put_before(create_app())
garbage.look_by_itself()
