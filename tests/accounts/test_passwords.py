"""Password hashes."""

import argon2
import pytest

from crm_app.accounts import passwords


def test_a_password_is_kept_as_argon2id_with_at_least_the_advised_work():
    parameters = argon2.extract_parameters(passwords.hashed("correct horse battery"))

    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (47_104, 1, 1)


def test_looking_at_nobodys_password_is_as_much_work():
    assert argon2.extract_parameters(passwords._NOBODY) == argon2.extract_parameters(passwords.hashed("x"))
    assert not passwords.is_outdated(passwords._NOBODY)


def test_only_the_right_password_is_right():
    stored = passwords.hashed("گذرواژهٔ من 密码")

    assert passwords.is_right(stored, "گذرواژهٔ من 密码")
    assert not passwords.is_right(stored, "another")
    assert not passwords.is_right(None, "another")
    assert not passwords.is_right("no hash at all", "another")


def test_an_older_hash_is_known_to_be_outdated():
    assert passwords.is_outdated(argon2.PasswordHasher(memory_cost=8192).hash("x"))


@pytest.mark.parametrize("password", ["password123", "PASSWORD123", "aaaaaaaaaaaa", "1212121212"])
def test_what_is_guessed_first_is_common(password):
    assert passwords.is_common(password)
