"""Small files of every format that is read, made from a text."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping, Sequence

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)


def paragraphs_of(text: str) -> list[str]:
    """``text`` cut at its blank lines."""
    return [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def html(text: str, head: str = "") -> bytes:
    """A page with a paragraph for each of the text's."""
    body = "\n".join(f"<p>{_escaped(part)}</p>" for part in paragraphs_of(text))
    page = f'<!doctype html><html><head><meta charset="utf-8">{head}</head><body>'
    return f"{page}<nav><a href='/'>Home</a></nav><article>{body}</article></body></html>".encode()


def pdf(pages: Sequence[str], info: Mapping[str, str] | None = None) -> bytes:
    """A PDF of one font whose pages show the lines of each of ``pages`` (Latin-1)."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Courier"
               "/Encoding/WinAnsiEncoding>>"]  # fmt: skip
    kids = []
    for page in pages:
        shown = "".join(f"({_pdf_string(line)}) Tj T*\n" for line in page.split("\n"))
        stream = f"BT /F1 10 Tf 12 TL 40 800 Td\n{shown}ET" if page else ""
        content = len(objects) + 2
        kids.append(f"{content - 1} 0 R")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {content} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        length = len(stream.encode("cp1252"))
        objects.append(f"<</Length {length}>>stream\n{stream}\nendstream")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    if info:
        fields = "".join(f"/{name}({_pdf_string(value)})" for name, value in info.items())
        objects.append(f"<<{fields}>>")
    out, places = io.BytesIO(b""), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252"))
    table = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    about = f"/Info {len(objects)} 0 R" if info else ""
    out.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R{about}>>\n".encode())
    out.write(f"startxref\n{table}\n%%EOF".encode())
    return out.getvalue()


def docx(text: str, **properties: object) -> bytes:
    """A Word file with a paragraph for each of the text's."""
    from docx import Document

    document = Document()
    for part in paragraphs_of(text):
        document.add_paragraph(part)
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def epub(chapters: Mapping[str, str], *, extra: Mapping[str, str] | None = None) -> bytes:
    """A book; ``chapters`` maps file names to XHTML bodies."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Book</dc:title>'
        "<dc:creator>A. Writer</dc:creator><dc:date>2020-02-03</dc:date>"
        "<dc:publisher>Small Press</dc:publisher><dc:language>en</dc:language></metadata>"
        f"<manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    members["OEBPS/book.opf"] = package
    for name, body in chapters.items():
        members[f"OEBPS/{name}"] = (
            '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
            f"<head><title>x</title></head><body>{body}</body></html>"
        )
    return zipped({**members, **(extra or {})})


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(members: Mapping[str, str | bytes], mode: str = "w:gz") -> bytes:
    """A tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in members.items():
            raw = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return out.getvalue()


def table(text: str, delimiter: str = ",") -> bytes:
    """A table of one row, with its heading."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["id", "text"], ["a", text]])
    return out.getvalue().encode()


def of_suffix(suffix: str, text: str) -> bytes:
    """A file of that format that holds one article with ``text``."""
    if suffix == ".zip":
        return zipped({"inside.txt": text})
    if suffix in (".tar", ".tar.gz", ".tgz"):
        return tarred({"inside.txt": text}, "w" if suffix == ".tar" else "w:gz")
    if suffix.endswith(".gz"):
        return gzip.compress(of_suffix(suffix.removesuffix(".gz"), text))
    makers = {
        ".jsonl": lambda: json.dumps({"id": "a", "text": text}).encode(),
        ".csv": lambda: table(text),
        ".tsv": lambda: table(text, "\t"),
        ".html": lambda: html(text),
        ".pdf": lambda: pdf([text.replace("\r\n", "\n")]),
        ".docx": lambda: docx(text),
        ".epub": lambda: epub({"a.xhtml": html(text).decode().split("<body>")[1][:-14]}),
    }
    same = {".ndjson": ".jsonl", ".htm": ".html", ".xhtml": ".html"}
    make = makers.get(same.get(suffix, suffix))
    return make() if make else text.encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _pdf_string(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
