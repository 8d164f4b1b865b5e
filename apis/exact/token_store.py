"""The token file of one tenant: mode 0600, replaced atomically, on disk before anyone uses what is in it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from apis.errors import StopRun


@dataclass(frozen=True)
class StoredTokens:
    """`obtained_at`: epoch seconds at which the access token's answer had arrived.

    `seed_fingerprint`: SHA-256 of the first refresh token (secret exact_refresh_token) that this chain of
    rotations began with, so that a newly set one is recognised.
    """

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    obtained_at: float
    seed_fingerprint: str = field(repr=False)


class TokenStore:
    """Not locked by itself: whoever writes holds the tenant's token lock."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> StoredTokens | None:
        """None where there is no file yet. Raises StopRun where the file is not ours."""
        try:
            content = json.loads(self.file.read_bytes())
            return StoredTokens(
                refresh_token=str(content["refresh_token"]),
                access_token=str(content["access_token"]),
                obtained_at=float(content["obtained_at"]),
                seed_fingerprint=str(content["seed_fingerprint"]),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise StopRun(
                f"the token store {self.file} cannot be read: remove it and connect again: "
                "exact-optiply connect, or set secret exact_refresh_token anew"
            ) from None

    def write(self, tokens: StoredTokens) -> None:
        self._replace(self.file, json.dumps(asdict(tokens)).encode())

    def check_writable(self) -> None:
        """Raises StopRun where a new pair could not be stored: it would be lost, the old one used up."""
        probe = self.file.with_name(self.file.name + ".probe")
        self._replace(probe, b" " * 4096)
        probe.unlink()

    def _replace(self, target: Path, content: bytes) -> None:
        beside = target.with_name(target.name + ".new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            raise StopRun(f"the token store {self.file} cannot be written: {error.strerror}") from None


def _sync_folder(folder: Path) -> None:
    """A rename is on disk only when its folder is (POSIX; Windows opens no folders and needs none)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
