"""The whole organisation as one file: written by `crm export`, read back by `crm import archive` to an equal database.

Tables are taken from the metadata, never by name: a new domain is in the archive without a word about it here.
"""


class ArchiveError(Exception):
    """The archive cannot be written or read; the message says why, in a sentence for whoever runs the command."""
