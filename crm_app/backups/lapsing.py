"""What does not come back with a backup: what let somebody in for a while, and has ended or been used since."""

from sqlalchemy import Connection, delete, update

from crm_app.accounts.models import KnownDevice, Mail, PasskeyChallenge, PasswordLink, UserSession

_LAPSED = (UserSession, KnownDevice, PasswordLink, PasskeyChallenge)


def let_lapse(connection: Connection) -> None:
    """Before anybody sees the restored tables: everyone signs in again, and no letter goes out a second time."""
    for model in _LAPSED:
        connection.execute(delete(model.__table__))
    mails = Mail.__table__
    connection.execute(update(mails).where(mails.c.state == "waiting").values(state="dropped"))
