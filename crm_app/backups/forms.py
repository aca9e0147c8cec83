"""The form that brings a backup back."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import PasswordField

from crm_app.web.fields import Required
from crm_app.web.texts import lazy_gettext as _l


class RestoreForm(FlaskForm):
    file = FileField(_l("File"), [Required()])
    passphrase = PasswordField(_l("Passphrase"))
