"""Account files: what is written is read again, and nothing else opens the door."""

import base64
import hashlib

import pytest

from qa_bot.errors import ConfigError
from qa_bot.web.auth import Accounts, Password, account_line, token_line

SECRET = "korrekt hästbatteri häftklammer"


@pytest.fixture(scope="module")
def line():
    return account_line("ada", SECRET)


def test_a_line_opens_for_its_name_and_password_alone(line):
    accounts = Accounts.parse(f"# the team\n\n{line}\n", "accounts")
    assert accounts.check("ada", SECRET)
    for name, password in (
        ("ada", SECRET + " "),
        ("ada", ""),
        ("Ada", SECRET),
        ("", SECRET),
        ("eve", SECRET),
        ("ada", "\ud800"),
        ("ada", "x" * 100_000),
    ):
        assert not accounts.check(name, password)


def test_the_hash_is_scrypt_with_the_cost_that_it_names(line):
    """Against the standard library's own scrypt, read from the written line."""
    _, log_n, r, p, salt, digest = line.partition(":")[2].split("$")
    expected = hashlib.scrypt(
        SECRET.encode(), salt=_bytes(salt), n=2 ** int(log_n), r=int(r), p=int(p),
        maxmem=2**26, dklen=32,
    )  # fmt: skip
    assert _bytes(digest) == expected
    assert int(log_n) >= 15
    assert SECRET not in line


def _bytes(letters):
    return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))


def test_the_same_password_is_never_written_twice_alike(line):
    assert account_line("ada", SECRET) != line


def test_a_token_opens_for_its_program_and_is_nowhere_in_the_line():
    token, line = token_line("nightly")
    other, _ = token_line("nightly")
    accounts = Accounts.parse(line, "accounts")
    assert accounts.program(token) == "nightly"
    assert token not in line
    assert len(token) >= 43
    for wrong in (other, "", token[:-1], token + "x", line.rpartition("$")[2], "\udfff"):
        assert accounts.program(wrong) is None
    assert not accounts.check("nightly", token)


def test_people_and_programs_may_share_a_name(line):
    token, for_program = token_line("ada")
    accounts = Accounts.parse(f"{line}\n{for_program}", "accounts")
    assert accounts.check("ada", SECRET)
    assert accounts.program(token) == "ada"


@pytest.mark.parametrize(
    "lines",
    [
        "ada:secret",
        "ada:",
        "ada",
        ":scrypt$15$8$1$c2FsdHNhbHQ$aGFzaA",
        "ada:scrypt$15$8$1$c2FsdHNhbHQ$aGFzaA",  # the hash is too short
        "ada:scrypt$40$8$1$c2FsdHNhbHRzYWx0$" + "A" * 43,  # would take a terabyte
        "ada:scrypt$15$8$1$!!$" + "A" * 43,
        "ada:scrypt$x$8$1$c2FsdHNhbHRzYWx0$" + "A" * 43,
        "ada:scrypt$15$8$1$c2FsdHNhbHRzYWx0$" + "A" * 42 + "é",
        "ada:md5$15$8$1$c2FsdHNhbHRzYWx0$" + "A" * 43,
        "token:nightly",
        "token:nightly:sha256$abc",
        "token:nightly:md5$" + "A" * 43,
        "token::sha256$" + "A" * 43,
        "a b:scrypt$15$8$1$c2FsdHNhbHRzYWx0$" + "A" * 43,
    ],
)
def test_a_line_that_is_none_is_named_and_not_shown(lines):
    with pytest.raises(ConfigError, match="accounts, line 2") as caught:
        Accounts.parse(f"# one\n{lines}\n", "accounts")
    assert "secret" not in str(caught.value)
    assert "qa-bot password" in str(caught.value)


def test_a_name_stands_once(line):
    with pytest.raises(ConfigError, match="line 2"):
        Accounts.parse(f"{line}\n{line}\n", "accounts")


@pytest.mark.parametrize("lines", ["", "\n\n", "# nobody\n"])
def test_a_file_without_accounts_lets_nobody_in_by_being_refused(lines):
    with pytest.raises(ConfigError, match="none"):
        Accounts.parse(lines, "accounts")


def test_where_accounts_come_from(tmp_path, line):
    file = tmp_path / "accounts"
    file.write_text(f"{line}\n", encoding="utf-8")
    _, program = token_line("nightly")
    assert Accounts.load(None, {}) is None
    assert Accounts.load(None, {"QA_BOT_AUTH": "  "}) is None
    assert set(Accounts.load(file, {}).people) == {"ada"}
    from_variable = Accounts.load(None, {"QA_BOT_AUTH": f"{line} {program}"})
    assert (set(from_variable.people), set(from_variable.programs)) == ({"ada"}, {"nightly"})
    with pytest.raises(ConfigError, match="missing"):
        Accounts.load(tmp_path / "missing", {})
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        Accounts.load(file, {})


@pytest.mark.parametrize("name", ["", "a b", "a:b", "token", "ä" * 65, "a\nb", "#a"])
def test_a_name_that_a_file_cannot_hold_gets_no_line(name):
    with pytest.raises(ConfigError, match="a name of letters"):
        account_line(name, SECRET)


def test_a_short_password_gets_no_line():
    with pytest.raises(ConfigError, match="at least 8"):
        account_line("ada", "short")


def test_secrets_do_not_show_when_printed(line):
    accounts = Accounts.parse(line, "accounts")
    digest = accounts.people["ada"].digest
    assert repr(digest) not in repr(accounts) + repr(accounts.people["ada"])
    assert Password.read(line.partition(":")[2]).written == line.partition(":")[2]
