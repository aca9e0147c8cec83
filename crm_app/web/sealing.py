"""Secrets that have to be read again, sealed with the key of this installation before they are stored.

What seals them is six megabytes in each process that has read it, and few ever ask for it.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SealError(Exception):
    """It was sealed with another key, or changed since."""


def seal(text: str) -> str:
    return _box(current_app.config["SECRET_KEY"]).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises SealError."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(current_app.config["SECRET_KEY"]).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealError from error


@lru_cache(maxsize=2)
def _box(secret_key: str) -> "Fernet":
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), length=32, salt=None, info=b"peyvand sealed secrets").derive(secret_key.encode())
    return Fernet(urlsafe_b64encode(derived))
