"""A device that makes passkeys and answers by them, as honestly as it is told to."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from secrets import token_bytes

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


def coded(content):
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def plain(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """`count` is what its counter shows next; 0 does not count. What it answers can be altered by keywords."""

    host: str = "localhost"
    origin: str = "http://localhost"
    count: int = 0
    handle: str | None = None
    credential_id: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, options, **altered):
        """Its answer to being asked for a passkey."""
        self.handle = options["user"]["id"]
        number = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: number.x.to_bytes(32, "big"), -3: number.y.to_bytes(32, "big")}
        held = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public)
        data = self._data(_HAS_KEY, **altered) + held
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options, **altered)
        return self._answer(clientDataJSON=coded(client), attestationObject=coded(attestation))

    def answer(self, options, *, handle="", **altered):
        """Its answer to being asked who is there."""
        data, client = self._data(0, **altered), self._client("webauthn.get", options, **altered)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        told = {"authenticatorData": coded(data), "clientDataJSON": coded(client), "signature": coded(signature)}
        given = self.handle if handle == "" else handle
        return self._answer(**told, **({"userHandle": given} if given else {}))

    def _data(self, flags, *, host=None, is_verified=True, count=None, **_rest):
        if self.count:
            self.count += 1
        shown = self.count if count is None else count
        flags |= _PRESENT | (_VERIFIED if is_verified else 0)
        return hashlib.sha256((host or self.host).encode()).digest() + bytes([flags]) + shown.to_bytes(4, "big")

    def _client(self, usual, options, *, kind="", origin=None, challenge=None, **rest):
        told = {"type": kind or usual, "challenge": challenge or options["challenge"]}
        told |= {"origin": origin or self.origin, "crossOrigin": rest.get("is_framed", False)}
        return json.dumps(told).encode()

    def _answer(self, **response):
        identifier = coded(self.credential_id)
        return json.dumps({"id": identifier, "rawId": identifier, "type": "public-key", "response": response})
