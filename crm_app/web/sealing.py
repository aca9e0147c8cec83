"""Secrets that have to be read again, sealed with the key of this installation before they are stored."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


class SealError(Exception):
    """It was sealed with another key, or changed since."""


def seal(text: str) -> str:
    return _box(current_app.config["SECRET_KEY"]).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises SealError."""
    try:
        return _box(current_app.config["SECRET_KEY"]).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealError from error


@lru_cache(maxsize=2)
def _box(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"peyvand sealed secrets").derive(secret_key.encode())
    return Fernet(urlsafe_b64encode(derived))
