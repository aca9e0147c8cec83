"""The organisation, its teams, its users, and what lets them in."""

from crm_app.accounts.models.access import PasswordLink, SetupLink, SignInFailure
from crm_app.accounts.models.mails import Mail
from crm_app.accounts.models.organisation import Organisation, Team
from crm_app.accounts.models.passkeys import Passkey, PasskeyChallenge
from crm_app.accounts.models.second_steps import RecoveryCode, SecondStep
from crm_app.accounts.models.users import (
    BY_RANK,
    ROLES,
    SELLERS,
    KnownDevice,
    User,
    UserSession,
    hue_of,
    initials_of,
)

__all__ = [
    "BY_RANK",
    "ROLES",
    "SELLERS",
    "KnownDevice",
    "Mail",
    "Organisation",
    "Passkey",
    "PasskeyChallenge",
    "PasswordLink",
    "RecoveryCode",
    "SecondStep",
    "SetupLink",
    "SignInFailure",
    "Team",
    "User",
    "UserSession",
    "hue_of",
    "initials_of",
]
