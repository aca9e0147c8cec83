"""Copies of everything that an instance holds, made while others work, and put back where nothing is yet."""


class BackupError(Exception):
    """A backup that cannot be made or put back; the message says why, for whoever runs Peyvand."""


class WrongPassphraseError(BackupError):
    """The passphrase does not open the backup, of which the first lines alone were read."""
