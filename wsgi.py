"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crm_app import create_app, entrance

app = entrance.put_before(create_app())
