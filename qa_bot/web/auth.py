"""Who may use a served page: names with hashed passwords, and tokens for programs.

An account file has a line for each, as ``qa-bot password NAME`` and ``qa-bot token NAME``
print them; empty lines and those that begin with # are left out::

    ada:scrypt$15$8$1$SALT$HASH
    token:nightly-report:sha256$HASH

Passwords are hashed with scrypt (RFC 7914; N = 2^15, r = 8, p = 1: 32 MB and about a tenth of
a second each). A token is 32 random bytes, which nobody can guess, so its plain SHA-256 is
kept. Everything is compared in constant time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qa_bot.errors import ConfigError

VARIABLE = "QA_BOT_AUTH"
TOKEN_PREFIX = "qabot_"
_TOKENS = "token"
_NAME = re.compile(r"[\w.@+-]{1,64}")
_LOG_N, _R, _P = 15, 8, 1
_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Password:
    """A password's scrypt hash; ``log_n``, ``r`` and ``p`` are what it costs."""

    salt: bytes
    digest: bytes
    log_n: int = _LOG_N
    r: int = _R
    p: int = _P

    @classmethod
    def of(cls, password: str) -> Password:
        """``password`` under a new salt."""
        salt = secrets.token_bytes(16)
        return cls(salt, _scrypt(password, salt, _LOG_N, _R, _P))

    @classmethod
    def read(cls, written: str) -> Password:
        """The inverse of :meth:`written`.

        Raises:
            ValueError: it is not a hash, or one that would cost too much to compare.
        """
        kind, log_n, r, p, salt, digest = written.split("$")
        cost = int(log_n), int(r), int(p)
        if kind != "scrypt" or not (10 <= cost[0] <= 20 and 1 <= cost[1] <= 16 and cost[2] == 1):
            raise ValueError("not such a hash")
        password = cls(_bytes(salt), _bytes(digest), *cost)
        if len(password.salt) < 8 or len(password.digest) != _BYTES:
            raise ValueError("salt or hash is too short")
        return password

    @property
    def written(self) -> str:
        """As an account file has it."""
        cost = f"{self.log_n}${self.r}${self.p}"
        return f"scrypt${cost}${_letters(self.salt)}${_letters(self.digest)}"

    def matches(self, password: str) -> bool:
        """Whether it is this password; takes as long either way."""
        found = _scrypt(password, self.salt, self.log_n, self.r, self.p)
        return hmac.compare_digest(found, self.digest)


@dataclass(frozen=True, repr=False)
class Accounts:
    """Names to passwords, and names of programs to the SHA-256 of their tokens."""

    people: Mapping[str, Password]
    programs: Mapping[str, bytes]
    _nobody: Password = field(default_factory=lambda: Password.of(secrets.token_hex(16)))

    def check(self, name: str, password: str) -> bool:
        """Whether ``password`` is that of ``name``; takes as long for a name that is unknown."""
        matches = self.people.get(name, self._nobody).matches(password)
        return matches and name in self.people

    def program(self, token: str) -> str | None:
        """The name of the program whose token it is."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        found = None
        for name, expected in self.programs.items():
            if hmac.compare_digest(digest, expected):
                found = name
        return found

    @classmethod
    def parse(cls, lines: str, where: str) -> Accounts:
        """Accounts from the text of an account file; ``where`` names it in errors.

        Raises:
            ConfigError: a line is none, a name stands twice, or there is no account.
        """
        people: dict[str, Password] = {}
        programs: dict[str, bytes] = {}
        for number, line in enumerate(lines.splitlines(), start=1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            # What stands there is not shown: it may be a password that somebody typed.
            place = f"{where}, line {number}"
            first, _, rest = line.partition(":")
            name, _, digest = rest.partition(":") if first == _TOKENS else (first, "", rest)
            known: Mapping[str, object] = programs if first == _TOKENS else people
            if not _NAME.fullmatch(name) or name in known:
                found = "a name that stands there twice" if name in known else "another"
                raise _bad_line(place, "a name of letters, digits and . _ - @ +", found)
            try:
                if first == _TOKENS:
                    programs[name] = _token_digest(digest)
                else:
                    people[name] = Password.read(digest)
            except (ValueError, binascii.Error):
                raise _bad_line(place, "NAME:HASH or token:NAME:HASH", "no hash") from None
        if not people and not programs:
            raise _bad_line(where, "an account for each line", "none")
        return cls(people, programs)

    @classmethod
    def load(
        cls, file: str | Path | None, environ: Mapping[str, str] | None = None
    ) -> Accounts | None:
        """Those of ``file``, or of the variable QA_BOT_AUTH (lines, or divided by blanks), or None.

        Raises:
            ConfigError: the file cannot be read, or is not an account file.
        """
        if file is not None:
            try:
                return cls.parse(Path(file).read_text(encoding="utf-8"), str(file))
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(
                    "the account file cannot be read",
                    where=file,
                    expected="a text file of accounts",
                    found=error,
                    mend="qa-bot password NAME >> FILE makes one",
                ) from None
        value = (os.environ if environ is None else environ).get(VARIABLE, "")
        return cls.parse("\n".join(value.split()), VARIABLE) if value.strip() else None


def account_line(name: str, password: str) -> str:
    """The line of an account file for a person.

    Raises:
        ConfigError: ``name`` cannot be used, or the password is empty.
    """
    if not _NAME.fullmatch(name) or name == _TOKENS:
        raise _bad_line(repr(name), "a name of letters, digits and . _ - @ +", "another")
    if len(password) < 8:
        raise ConfigError("the password is too short", expected="at least 8 characters")
    return f"{name}:{Password.of(password).written}"


def token_line(name: str) -> tuple[str, str]:
    """(a new token, the line of an account file for it).

    Raises:
        ConfigError: ``name`` cannot be used.
    """
    if not _NAME.fullmatch(name):
        raise _bad_line(repr(name), "a name of letters, digits and . _ - @ +", "another")
    token = TOKEN_PREFIX + secrets.token_urlsafe(_BYTES)
    digest = hashlib.sha256(token.encode()).digest()
    return token, f"{_TOKENS}:{name}:sha256${_letters(digest)}"


def _token_digest(written: str) -> bytes:
    kind, digest = written.split("$")
    if kind != "sha256" or len(_bytes(digest)) != hashlib.sha256().digest_size:
        raise ValueError("not such a hash")
    return _bytes(digest)


def _scrypt(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << log_n,
        r=r,
        p=p,
        maxmem=256 * r << log_n,
        dklen=_BYTES,
    )


def _letters(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(written: str) -> bytes:
    if not re.fullmatch(r"[\w-]+", written, re.ASCII):
        raise ValueError("not base64")
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def _bad_line(where: str, expected: str, found: str) -> ConfigError:
    return ConfigError(
        "an account cannot be used",
        where=where,
        expected=expected,
        found=found,
        mend="qa-bot password NAME, or qa-bot token NAME, prints a line that can",
    )
