"""An archive written anew without some of its members, so that no byte of them is left in it.

The others keep their names, and so their articles keep their ids.
"""

from __future__ import annotations

import copy
import os
import shutil
import tarfile
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from qa_bot.corpus.articles import clean
from qa_bot.corpus.files import DAMAGED
from qa_bot.corpus.members import MOST_TIMES, TOTAL_BYTES
from qa_bot.storage.files import storing, sync_file, sync_folder

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")


def leave_out(path: Path, unwanted: Collection[str]) -> set[str]:
    """Write the archive at ``path`` anew without the members ``unwanted``, in one step.

    Members are named as in the ids of their articles, behind the "!".

    Returns:
        Those that were there and are no longer; none where the archive cannot be written
        anew (encrypted, damaged, above the limits of members.py), and is as it was.

    Raises:
        PublishError: the disk did not take it; the archive is as it was.
    """
    temporary = path.with_name(f".tmp-{path.name}-{os.getpid()}")
    with storing(path):
        try:
            write = _zip_without if path.name.lower().endswith(".zip") else _tar_without
            gone = write(path, temporary, unwanted)
            if gone:
                shutil.copymode(path, temporary)
                sync_file(temporary)
                os.replace(temporary, path)
                sync_folder(path.parent)
            return gone
        except (*DAMAGED, RuntimeError, NotImplementedError, ValueError):
            return set()
        finally:
            temporary.unlink(missing_ok=True)


def _zip_without(path: Path, new: Path, unwanted: Collection[str]) -> set[str]:
    gone: set[str] = set()
    most = max(TOTAL_BYTES, MOST_TIMES * path.stat().st_size)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as kept:
        if sum(info.file_size for info in old.infolist()) > most:
            return set()
        kept.comment = old.comment
        for info in old.infolist():
            if clean(info.filename) in unwanted:
                gone.add(clean(info.filename))
                continue
            with old.open(info) as source, kept.open(copy.copy(info), "w") as target:
                shutil.copyfileobj(source, target)
    return gone


def _tar_without(path: Path, new: Path, unwanted: Collection[str]) -> set[str]:
    gone: set[str] = set()
    left = max(TOTAL_BYTES, MOST_TIMES * path.stat().st_size)
    mode: Literal["w:", "w:gz"] = "w:" if path.name.lower().endswith(".tar") else "w:gz"
    with tarfile.open(path, "r:*") as old, tarfile.open(new, mode) as kept:
        for info in old:
            left -= info.size
            if left < 0:
                return set()
            name = clean(info.name).removeprefix("./")
            if name in unwanted:
                gone.add(name)
            else:
                kept.addfile(info, old.extractfile(info) if info.isfile() else None)
    return gone
