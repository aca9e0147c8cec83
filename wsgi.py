"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from crm_app import create_app, entrance, garbage

garbage.look_by_itself()
app = entrance.put_before(create_app())
