"""Password hashes: argon2id, few at once so that a flood of guesses cannot take the machine."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

SHORTEST, LONGEST = 10, 200
_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1, type=Type.ID)
_at_once = BoundedSemaphore(4)
# The hash of a password that nobody kept. Looked at when there is no account, so that both cases take the same time.
_NOBODY = "$argon2id$v=19$m=47104,t=1,p=1$ErEdBSjQE8VB3Z15dMcSFg$MALGCxjrAbemD50nccAiBfqzDHYW9FEXKr1K4jAwwBo"
_COMMON = frozenset(
    [
        "1234567890",
        "password123",
        "qwertyuiop",
        "0123456789",
        "1111111111",
        "0000000000",
        "passw0rd123",
        "iloveyou123",
        "password1234",
        "qwerty12345",
        "administrator",
        "welcome123",
        "letmein123",
        "1q2w3e4r5t",
    ]
)


def hashed(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind the hash; takes as long when there is no hash."""
    with _at_once:
        try:
            return _hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


def is_common(password: str) -> bool:
    return password.casefold() in _COMMON or len(set(password)) < 4
