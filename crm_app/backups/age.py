"""Files locked with a passphrase in the format of age (age-encryption.org/v1), which `age -d` opens as well.

Read and written here piece by piece: with the library that there is a passphrase takes a gigabyte of memory, and all
has to be written out before anything can be looked up. Who locks nothing is spared the megabytes of what locks.
"""

import base64
import binascii
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crm_app.backups import BackupError, WrongPassphraseError
from crm_app.web.texts import gettext as _

_VERSION = b"age-encryption.org/v1"
_HEADER = re.compile(
    _VERSION + rb"\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n--- ([A-Za-z0-9+/]{43})\n"
)
_LONGEST_HEADER = 256
# Of 2: what a guess costs, 128 MB and half a second. Others' files may cost up to a gigabyte.
_WORK, _MOST_WORK = 17, 20
_CHUNK, _TAG, _NONCE = 64 << 10, 16, 16


def is_locked(file: BinaryIO) -> bool:
    """Whether it says of itself that it is of this format; reads from its beginning, and goes back there."""
    file.seek(0)
    begins = file.read(len(_VERSION) + 1)
    file.seek(0)
    return begins == _VERSION + b"\n"


@contextmanager
def locked(file: BinaryIO, passphrase: str) -> Iterator["Writer"]:
    """What is written inside is written into the file locked; a file that was left by an error has no end."""
    writer = Writer(file, passphrase)
    yield writer
    writer.finish()


class Writer:
    """Of a stream alone: who writes a ZIP file into it finds that it cannot go back."""

    def __init__(self, file: BinaryIO, passphrase: str):
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(_NONCE)
        wrapped = _wrapping(passphrase, salt, _WORK).encrypt(bytes(12), file_key, None)
        header = b"%b\n-> scrypt %b %d\n%b\n---" % (_VERSION, _text(salt), _WORK, _text(wrapped))
        file.write(header + b" " + _text(_header_mac(file_key, header).finalize()) + b"\n" + nonce)
        self._file, self._stream = file, _Stream(file_key, nonce)
        self._number, self._waiting = 0, bytearray()

    def write(self, content: bytes) -> int:
        self._waiting += content
        # The last chunk is marked as such, so one is held back until there is more.
        whole = (len(self._waiting) - 1) // _CHUNK * _CHUNK
        for start in range(0, whole, _CHUNK):
            self._put(self._waiting[start : start + _CHUNK])
        if whole > 0:
            del self._waiting[:whole]
        return len(content)

    def flush(self) -> None:
        """Chunks are whole."""

    def finish(self) -> None:
        self._put(self._waiting, is_last=True)

    def _put(self, chunk: bytes | bytearray, is_last: bool = False) -> None:
        self._file.write(self._stream.closed(bytes(chunk), self._number, is_last))
        self._number += 1


class Reader(io.RawIOBase):
    """The content, at any place in it; each chunk proves itself, and the last one that there is no more.

    Raises WrongPassphraseError, and BackupError for what is damaged.
    """

    def __init__(self, file: BinaryIO, passphrase: str):
        header, file_key = _opened_header(file, passphrase)
        self._file, self._begin = file, len(header) + _NONCE
        file.seek(len(header))
        nonce = file.read(_NONCE)
        length = file.seek(0, os.SEEK_END) - self._begin
        self._chunks = -(-length // (_CHUNK + _TAG))
        self._size, self._place = length - self._chunks * _TAG, 0
        if length < _TAG:
            raise _damaged()
        self._stream = _Stream(file_key, nonce)
        self._open: tuple[int, bytes] = (-1, b"")
        self._chunk(self._chunks - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        if place < 0:
            raise OSError(f"there is nothing before the beginning ({place})")
        self._place = place
        return place

    def readinto(self, buffer) -> int:
        if self._place >= self._size:
            return 0
        number, start = divmod(self._place, _CHUNK)
        found = self._chunk(number)[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _chunk(self, number: int) -> bytes:
        if self._open[0] != number:
            self._file.seek(self._begin + number * (_CHUNK + _TAG))
            sealed = self._file.read(_CHUNK + _TAG)
            self._open = (number, self._stream.opened(sealed, number, is_last=number == self._chunks - 1))
        return self._open[1]


class _Stream:
    """Each chunk under the number of its place, and whether it is the last: none can be left out, moved or added."""

    def __init__(self, file_key: bytes, nonce: bytes):
        self._cipher = ChaCha20Poly1305(HKDF(SHA256(), length=32, salt=nonce, info=b"payload").derive(file_key))

    def closed(self, chunk: bytes, number: int, is_last: bool) -> bytes:
        return self._cipher.encrypt(_place(number, is_last), chunk, None)

    def opened(self, sealed: bytes, number: int, is_last: bool) -> bytes:
        try:
            chunk = self._cipher.decrypt(_place(number, is_last), sealed, None)
        except InvalidTag as error:
            raise _damaged() from error
        if not chunk and number:
            raise _damaged()
        return chunk


def _damaged() -> BackupError:
    return BackupError(_("The backup is damaged, was altered, or is incomplete."))


def _place(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11) + (b"\1" if is_last else b"\0")


def _opened_header(file: BinaryIO, passphrase: str) -> tuple[bytes, bytes]:
    """The header, and the key of the file."""
    file.seek(0)
    found = _HEADER.match(file.read(_LONGEST_HEADER))
    if found is None:
        raise BackupError(_("This file is not encrypted with a passphrase, or its start is damaged."))
    work = int(found[2])
    if work > _MOST_WORK:
        raise BackupError(_("Opening this file would take too much memory."))
    try:
        file_key = _wrapping(passphrase, _bytes(found[1]), work).decrypt(bytes(12), _bytes(found[3]), None)
    except InvalidTag as error:
        raise WrongPassphraseError(
            _("The passphrase does not open this backup. If it is the right one, the start of the file is damaged.")
        ) from error
    mac = _header_mac(file_key, found[0][: found.start(4) - 1])
    try:
        mac.verify(_bytes(found[4]))
    except InvalidSignature as error:
        raise _damaged() from error
    return found[0], file_key


def _wrapping(passphrase: str, salt: bytes, work: int) -> ChaCha20Poly1305:
    salted = _VERSION + b"/scrypt" + salt
    return ChaCha20Poly1305(Scrypt(salted, length=32, n=1 << work, r=8, p=1).derive(passphrase.encode()))


def _header_mac(file_key: bytes, header: bytes) -> HMAC:
    mac = HMAC(HKDF(SHA256(), length=32, salt=None, info=b"header").derive(file_key), SHA256())
    mac.update(header)
    return mac


def _text(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    """Only the one way to write it is taken."""
    try:
        content = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise _damaged() from error
    if _text(content) != text:
        raise _damaged()
    return content
