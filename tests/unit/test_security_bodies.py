"""What may be sent: calls, files and their number, without a server."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.formparsers import MultiPartException

from qa_bot.web import security_bodies
from qa_bot.web.security_bodies import MOST_FILES, UploadWatch, call_problem

CALL = "/gradio_api/call/v2/ask"
LISTED = "/gradio_api/call/ask"
JOIN = "/gradio_api/queue/join"
FILE = {"path": "/tmp/gradio/x/a.txt", "url": "http://h/x", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (CALL, {"question": "Who?"}),
        (CALL, {"question": 7}),  # the endpoint says what is wrong with a value
        (LISTED, {"data": ["Who?"]}),
        (LISTED, {"data": ["Who?", 5, None, None, False, None]}),
        (JOIN, {"data": [[FILE], "x"], "fn_index": 3, "session_hash": "h"}),
        (JOIN, {"data": [{"path": "https://example.org/"}]}),  # no meta: just an object
        (JOIN, {"data": [None, 1.5, [[]], {}]}),
        ("/gradio_api/call/v2/list_articles", {}),
    ],
)
def test_what_gradio_may_have(path, sent):
    assert call_problem(path, json.dumps(sent).encode()) is None


@pytest.mark.parametrize(
    ("path", "sent", "problem"),
    [
        ("/gradio_api/call/reply", {"data": []}, "no such endpoint"),
        ("/gradio_api/call/v2/add", {}, "no such endpoint"),
        ("/gradio_api/call/v2/ask/", {}, "question is missing"),
        (CALL, {}, "question is missing"),
        (CALL, [], "a JSON object"),
        (CALL, {"question": "a", "query": "b"}, "unknown"),
        (LISTED, {"question": "a"}, "was expected"),
        (LISTED, {"data": list("1234567")}, "at most 6"),
        (JOIN, {"data": [{**FILE, "path": "http://169.254.169.254/latest"}]}, "not fetched"),
        (JOIN, {"data": [{**FILE, "path": "HTTPS://evil.org/x"}]}, "not fetched"),
        (JOIN, {"data": [[[{"a": {**FILE, "path": "file:///etc/passwd"}}]]]}, "not fetched"),
        (JOIN, {"data": [{"path": "x", "meta": "y"}]}, "half a file"),
        (JOIN, {"data": [{"path": "x", "meta": None}]}, "half a file"),
    ],
)
def test_what_gradio_is_not_given(path, sent, problem):
    found = call_problem(path, json.dumps(sent).encode())
    assert found is not None
    assert problem in found


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 500_000, b"9" * 9000])
def test_what_is_not_json_is_refused(body):
    assert "not JSON" in (call_problem(JOIN, body) or "")


def test_what_is_nested_too_deeply_is_refused():
    assert "too deeply" in (call_problem(JOIN, b"[" * 80 + b"]" * 80) or "")


BOUNDARY = "frontier"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(*parts):
    """A multipart body of (content disposition, content) pairs."""
    pieces = [
        f"--{BOUNDARY}\r\nContent-Disposition: {what}\r\nContent-Type: text/plain\r\n\r\n".encode()
        + content
        + b"\r\n"
        for what, content in parts
    ]
    return b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()


def file(name):
    return f'form-data; name="files"; filename="{name}"', b"some text"


def feed(body, step):
    watch = UploadWatch(TYPE)
    for start in range(0, len(body), step):
        watch.feed(body[start : start + step])


@pytest.mark.parametrize("name", ["a.txt", "B.TXT", "c.md", "d.jsonl", "no suffix", "x.exe"])
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_files_pass(name, step):
    body = form(file(name), file("second.txt"))
    feed(body, step)


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (('form-data; name="files"', b"x"), "Only files"),
        (('form-data; name="other"; filename="a.txt"', b"x"), "Only files"),
        (('form-data; filename="a.txt"', b"x"), "Only files"),
        ((f'form-data; name="files"; filename="{"a" * 9000}.txt"', b"x"), "too long|header size"),
    ],
)
@pytest.mark.parametrize("step", [3, 10_000])
def test_other_things_do_not(part, problem, step):
    body = form(file("first.txt"), part)
    with pytest.raises(MultiPartException, match=problem):
        feed(body, step)


def test_the_number_of_files_is_limited():
    UploadWatch(TYPE).feed(form(*[file("a.txt")] * MOST_FILES))
    with pytest.raises(MultiPartException, match=f"At most {MOST_FILES}"):
        UploadWatch(TYPE).feed(form(*[file("a.txt")] * (MOST_FILES + 1)))


def test_the_size_of_an_upload_is_limited(monkeypatch):
    monkeypatch.setattr(security_bodies, "LARGEST_UPLOAD", 1000)
    watch = UploadWatch("text/plain")  # whatever it calls itself
    watch.feed(b"x" * 1000)
    with pytest.raises(MultiPartException, match="maximum allowed size"):
        watch.feed(b"x")


@given(st.binary(max_size=400))
def test_nonsense_is_refused_or_passes(body):
    with suppress(MultiPartException):
        UploadWatch(TYPE).feed(body)
