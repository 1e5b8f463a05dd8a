"""What may be sent: how much, which files, and no references to files of anybody else's.

Gradio takes any JSON object with a "path" and a "meta" of the right kind for a file, and
fetches it where the path is a web address. Nothing here asks for such a file, and this server
calls nobody, so a request that holds one is refused before Gradio sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa_bot.web.api_schema import ENDPOINTS, NAMES

UPLOAD = "/gradio_api/upload"
LARGEST_UPLOAD = 200 * 1024 * 1024
"""Bytes of one upload, all its files together."""
MOST_FILES = 500
LARGEST_BODY = 4 * 1024 * 1024
"""Bytes of any other request."""
DEEPEST = 60
_MOST_DRAINED = 32 * 1024 * 1024
_LONGEST_HEADER = 8 * 1024
_CALL = re.compile(r"/gradio_api/call/(v2/)?([^/]*)/?")


class BodyGuard:
    """ASGI: ``app`` for requests whose bodies are within the limits; 413 or 422 otherwise.

    ``read_only``: no upload at all, 403.
    """

    def __init__(self, app: ASGIApp, *, read_only: bool = False) -> None:
        self._app, self._read_only = app, read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        uploading = scope["path"].rstrip("/") == UPLOAD
        largest = LARGEST_UPLOAD if uploading else LARGEST_BODY
        declared = headers.get("content-length", "0")
        size = int(declared) if declared.isdecimal() and len(declared) < 16 else 2**60
        if uploading and self._read_only:
            refusal = _refusal(403, "This collection cannot be changed here.")
        elif size > largest:
            refusal = _too_large(largest)
        elif uploading:
            await self._upload(scope, receive, send, headers.get("content-type", ""))
            return
        else:
            await self._whole(scope, receive, send)
            return
        if size <= _MOST_DRAINED:
            await _drain(receive)
        await refusal(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, kind: str) -> None:
        """Let the body through in pieces, as Gradio writes them to a file, and watch them."""
        watch = UploadWatch(kind)
        refused = False

        async def watched() -> Message:
            nonlocal refused
            message = await receive()
            try:
                watch.feed(message.get("body", b""))
            except MultiPartException:
                refused = bool(message.get("more_body"))
                raise
            return message

        async def answered(message: Message) -> None:
            nonlocal refused
            if refused:
                refused = False
                await _drain(receive)
            await send(message)

        await self._app(scope, watched, answered)

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, check it, and let the app read it again."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return  # whoever sent it has gone
            body += message.get("body", b"")
            if len(body) > LARGEST_BODY:
                if message.get("more_body"):
                    await _drain(receive)
                await _too_large(LARGEST_BODY)(scope, receive, send)
                return
            if not message.get("more_body"):
                break
        path = scope["path"]
        problem = call_problem(path, bytes(body)) if path.startswith("/gradio_api/") else None
        if problem is not None:
            await _refusal(422, problem)(scope, receive, send)
            return
        await self._app(scope, _again(bytes(body), receive), send)


class UploadWatch:
    """Follows a multipart body as it passes: only files, few enough, small enough.

    A folder brings files of all kinds: which of them are kept is for
    :func:`qa_bot.web.uploads.keep` to say, with a reason for each of the others.

    Args:
        content_type: the header of the request.
    """

    def __init__(self, content_type: str) -> None:
        self._parser: MultipartParser | None = None
        self._size = self._files = 0
        self._header, self._value, self._disposition = b"", b"", b""
        kind, options = parse_options_header(content_type)
        if kind == b"multipart/form-data" and options.get(b"boundary"):
            callbacks: dict[str, Callable[..., None]] = {
                "on_part_begin": self._part_begins,
                "on_header_field": self._name_piece,
                "on_header_value": self._value_piece,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
            }
            self._parser = MultipartParser(options[b"boundary"], callbacks)  # type: ignore[arg-type]

    def feed(self, piece: bytes) -> None:
        """The next bytes.

        Raises:
            MultiPartException: they cannot be taken; Gradio answers 413 where the message holds
                "maximum allowed size" and 400 elsewhere, and removes what it had written.
        """
        self._size += len(piece)
        if self._size > LARGEST_UPLOAD:
            raise MultiPartException(
                f"The files exceed the maximum allowed size of {LARGEST_UPLOAD} bytes together."
            )
        if self._parser is not None and piece:
            try:
                self._parser.write(piece)
            except MultipartParseError as error:
                raise MultiPartException(f"The upload cannot be read: {error}") from None

    def _part_begins(self) -> None:
        self._header = self._value = self._disposition = b""

    def _name_piece(self, text: bytes, start: int, end: int) -> None:
        self._header += text[start:end]
        self._check_length()

    def _value_piece(self, text: bytes, start: int, end: int) -> None:
        self._value += text[start:end]
        self._check_length()

    def _check_length(self) -> None:
        if len(self._header) + len(self._value) > _LONGEST_HEADER:
            raise MultiPartException("A header of the upload is too long.")

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"filename" not in options or options.get(b"name") != b"files":
            raise MultiPartException("Only files can be uploaded.")
        self._files += 1
        if self._files > MOST_FILES:
            raise MultiPartException(f"At most {MOST_FILES} files can be uploaded at once.")


def call_problem(path: str, body: bytes) -> str | None:
    """Why Gradio is not given ``body``; None: it may have it."""
    if not body:
        return None
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return "The body is not JSON, or is nested too deeply."
    call = _CALL.fullmatch(path)
    if call is not None:
        name = call[2]
        if name not in NAMES:
            return f"There is no such endpoint; there are {', '.join(NAMES)}."
        problem = _named_problem(name, sent) if call[1] else _listed_problem(name, sent)
        if problem is not None:
            return problem
    return _file_problem(sent)


def _named_problem(name: str, sent: Any) -> str | None:
    """What is wrong with the arguments of a call by name."""
    (endpoint,) = (endpoint for endpoint in ENDPOINTS if endpoint.name == name)
    known = ", ".join(endpoint.parameters)
    if not isinstance(sent, dict):
        return f"{name}: a JSON object with {known} was expected."
    missing = [argument for argument in endpoint.required if argument not in sent]
    if missing:
        return f"{name}: {missing[0]} is missing."
    if set(sent) - set(endpoint.parameters):
        return f"{name}: an argument is unknown; there are {known}."
    return None


def _listed_problem(name: str, sent: Any) -> str | None:
    """What is wrong with the arguments of a call by position."""
    (endpoint,) = (endpoint for endpoint in ENDPOINTS if endpoint.name == name)
    most = len(endpoint.parameters)
    if not isinstance(sent, dict) or not isinstance(sent.get("data"), list):
        return f'{name}: {{"data": [{", ".join(endpoint.parameters)}]}} was expected.'
    if len(sent["data"]) > most:
        return f"{name}: at most {most} arguments were expected."
    return None


def _file_problem(sent: Any) -> str | None:
    """Whether somewhere in ``sent`` stands a file that Gradio would have to fetch."""
    waiting = [(sent, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            return "The body is nested too deeply."
        if isinstance(value, dict):
            path, meta = value.get("path"), value.get("meta")
            if "meta" in value and isinstance(path, str):
                if not isinstance(meta, dict):
                    return "The body holds something that is only half a file."
                if not path.startswith("/"):
                    return "Files are not fetched from anywhere."
            waiting += ((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            waiting += ((item, depth + 1) for item in value)
    return None


def _again(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _drain(receive: Receive) -> None:
    """Throw away what is still coming. Closed before all is read, a connection is reset, and
    whoever sends never sees the answer."""
    drained = 0
    while drained <= _MOST_DRAINED:
        message = await receive()
        drained += len(message.get("body", b""))
        if not message.get("more_body"):
            return


def _refusal(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)


def _too_large(largest: int) -> JSONResponse:
    return _refusal(413, f"The request is too large: at most {largest:,} bytes are taken.")
