"""Files of a model: checksums, and folders that appear whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa_bot.errors import ModelError


def sha256(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_sha256(folder: Path) -> str:
    """One sha256 over the relative names and the bytes of every file below ``folder``.

    Hidden files and Markdown do not count: they change nothing that the model does.
    """
    return paths_sha256(
        folder,
        (
            path
            for path in folder.rglob("*")
            if path.is_file()
            and path.suffix != ".md"
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        ),
    )


def paths_sha256(folder: Path, paths: Iterable[Path]) -> str:
    """One sha256 over the bytes of files below ``folder`` and their names relative to it."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256(path)}\n".encode())
    return digest.hexdigest()


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Write ``record`` as indented JSON with sorted keys."""
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def make_parent(target: Path) -> None:
    """Make the folder that ``target`` will lie in, and see that it can be written to.

    Raises:
        ModelError: it cannot.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=target.parent).close()
    except OSError as error:
        raise ModelError(
            "the cache of models cannot be written to",
            where=target.parent,
            found=error,
            mend="set QA_BOT_CACHE_DIR to a folder that you may write to",
        ) from error


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A temporary folder beside ``target`` that becomes ``target`` on a clean exit.

    The files are flushed to disk first, and the move is one rename, so that no
    other process ever sees half a model. If ``target`` has come to exist in the
    meantime, it is kept and the temporary folder goes.

    Raises:
        ModelError: the parent folder cannot be written to.
    """
    make_parent(target)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield temporary
        for path in temporary.rglob("*"):
            _flush(path)
        temporary.chmod(0o755)  # mkdtemp makes it private to the user
        if not target.exists():
            temporary.rename(target)
            _flush(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_checked(folder: Path) -> dict[str, Any]:
    """The ``meta.json`` of a model folder, after every file it names has been hashed.

    Raises:
        ModelError: a file is missing, or is not what ``meta.json`` says.
    """
    mend = f"rm -r {folder}   (it is made again at the next use)"
    try:
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        expected: dict[str, str] = meta["files"]
        found = {name: sha256(folder / name) for name in expected}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            "a cached model cannot be read", where=folder, found=error, mend=mend
        ) from error
    for name, digest in expected.items():
        if found[name] != digest:
            raise ModelError(
                "a file of a cached model is damaged",
                where=folder / name,
                expected=f"sha256 {digest}",
                found=f"sha256 {found[name]}",
                mend=mend,
            )
    return meta


def _flush(path: Path) -> None:
    """Ask the system to write ``path`` (a file or a folder) to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
