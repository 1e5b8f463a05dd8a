"""More than a hundred files that are malformed, hostile or odd; made here, none is kept.

``bad_files()`` maps a name to its bytes. Most hold no article at all; some hold one that has
to survive what stands around it.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterator

from made_files import docx, epub, html, pdf, table, tarred, zipped

SENTENCE = "The bridge over the Aller was closed on Monday for eleven days."
MEGABYTE = 1_000_000


def bad_files() -> dict[str, bytes]:
    """All of them, by the names that they are to be written under."""
    made: dict[str, bytes] = {}
    for makers in (_texts, _markdown, _pages, _pdfs, _documents, _books, _rows, _tables, _packed):
        for name, raw in makers():
            assert name not in made, name
            made[name] = raw
    return made


def _texts() -> Iterator[tuple[str, bytes]]:
    yield "empty.txt", b""
    yield "white.txt", b" \n\t\r\n \xc2\xa0"
    yield "mark-only.txt", b"\xef\xbb\xbf"
    yield "nulls.txt", b"Text\0with\0nulls. " * 20
    yield "all-nulls.txt", bytes(1000)
    yield "binary.txt", bytes(range(256)) * 8
    yield "png.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(100)
    yield "cut-utf8.txt", "Sätze – “mit” Zeichen.".encode()[:-2]
    yield "mixed.txt", "Größe — ".encode() * 9 + "Größe".encode("cp1252")
    yield "utf16-odd.txt", "Half a letter is missing.".encode("utf-16")[:-1]
    yield "utf16-lone.txt", b"\xff\xfe\x00\xd8a\x00"
    yield "utf32.txt", "Four bytes a letter, and one more.".encode("utf-32") + b"\0"
    yield "one-line.txt", b"word " * 300_000
    yield "no-spaces.txt", b"x" * 1_500_000
    yield "stops.txt", b"." * 200_000
    yield "quotes.txt", "“".encode() * 100_000
    yield "breaks.txt", b"\n" * 500_000 + b"One sentence."
    yield "controls.txt", b"\x01\x02\x03" * 300
    yield "rtl.txt", "قال الوزير إن الجسر أُغلق يوم الاثنين. ثم \u202eأعيد\u202c فتحه.".encode()
    yield "hebrew.txt", "הגשר נסגר ביום שני. הוא נפתח שוב לאחר אחד־עשר ימים.".encode()
    yield "emoji.txt", "👩‍👩‍👧‍👦 The bridge 🌉 was “closed” 🚧 — said 🇩🇪 police. 👍🏽".encode()
    yield "combining.txt", ("Z̸̢̛a̷l̶g̵o̷ " * 500 + "He said “e\u0301te\u0301”.").encode()
    yield "marks-only.txt", "\u0301\u0302\u0303".encode() * 500
    yield "joiners.txt", "\u200d\u200c\u2060\ufeff".encode() * 200
    yield "separators.txt", "One.\u2028Two.\u2029Three.\x85Four.\x0bFive.\x0cSix.".encode()


def _markdown() -> Iterator[tuple[str, bytes]]:
    body = f"\n\n{SENTENCE}\n".encode()
    yield "open-front.md", b"---\ntitle: never closed\n" + body
    yield "list-front.md", b"---\n- a\n- b\n---" + body
    yield "colon.md", b"---\ntitle: Bridge: closed: again\n---" + body
    yield "tabs.md", b"---\n\ttitle: x\n---" + body
    laughs = "".join(f"b{i}: &b{i} [*b{i - 1},*b{i - 1},*b{i - 1}]\n" for i in range(1, 60))
    yield "laughs.md", b"---\nb0: &b0 [ha,ha]\n" + laughs.encode() + b"---" + body
    yield "object.md", b"---\nx: !!python/object/apply:os.system ['true']\ntitle: y\n---" + body
    yield "deep-front.md", b"---\nx: " + b"[" * 5000 + b"\n---" + body
    yield "date-9999.md", b"---\ndate: 9999-12-31\n---" + body
    yield "date-0000.md", b"---\ndate: 0000-00-00\n---" + body
    yield "date-word.md", b"---\ndate: soon\ntitle: T\n---" + body
    yield "keys.md", b"---\n? [a, b]\n: c\n1: 2\nnull: x\n---" + body
    yield "twice.md", b"---\ntitle: a\ntitle: b\n---" + body
    yield "only-front.md", b"---\ntitle: nothing below\n---\n"


def _pages() -> Iterator[tuple[str, bytes]]:
    good = html(SENTENCE)
    yield "nothing.html", b""
    yield "no-body.html", b"<html><head><title>Only a title</title></head></html>"
    yield "empty-body.html", b"<html><body></body></html>"
    yield "scripts.html", b"<html><body><script>var x = 'text';</script></body></html>"
    yield "comment.html", b"<!-- nothing else -->"
    yield "not-closed.html", b"<!-- never closed <p>" + good
    yield "text-only.html", SENTENCE.encode()
    yield "deep.html", b"<div>" * 10_000 + good + b"</div>" * 10_000
    yield "deep-inline.html", b"<b>" * 10_000 + SENTENCE.encode()
    yield "deep-list.html", b"<ul><li>" * 5000 + SENTENCE.encode()
    yield "deep-table.html", b"<table><tr><td>" * 3000 + SENTENCE.encode()
    yield "many.html", b"<p>" + b"<br>" * 60_000 + SENTENCE.encode()
    yield "attributes.html", b"<p " + b"a=1 " * 50_000 + b">" + SENTENCE.encode()
    yield "nulls.html", good.replace(b"bridge", b"bri\0dge")
    yield "pdf.html", pdf([SENTENCE])
    yield "binary.html", bytes(range(256)) * 40
    yield "entities.html", b"<p>" + b"&amp;&#0;&#1114112;&#xD800;&bogus;" * 300 + b"</p>" + good
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    yield "external.html", entity + b"<html><body><p>&e; " + SENTENCE.encode() + b"</p></body>"
    yield "cut-tag.html", good[:-30]
    yield "wrong-charset.html", html("Größe – “zitiert”.").replace(b"utf-8", b"shift_jis")
    yield "no-charset.html", good.replace(b"utf-8", b"x-nothing")
    yield "utf16.html", good.decode().encode("utf-16")
    yield "mixed.html", html("Größe – ja.") + "<p>Größe</p>".encode("cp1252")
    yield "frameset.html", b"<html><frameset><frame src='a'></frameset></html>"
    linked = '<script type="application/ld+json">{"@type": "NewsArticle", %s</script>'
    yield "bad-json.html", html(SENTENCE, linked % '"headline": ')
    deep = '"a": ' + '{"a": ' * 20_000
    yield "deep-json.html", html(SENTENCE, linked % deep)
    kinds = '"headline": [1], "author": {"name": 7}, "datePublished": 9999, "url": []}'
    yield "odd-json.html", html(SENTENCE, linked % kinds)
    yield (
        "date-9999.html",
        html(SENTENCE, '<meta property="article:published_time" content="9999-12-31">'),
    )
    yield "bad-url.html", html(SENTENCE, '<link rel="canonical" href="http://[::1/x">')
    yield "surrogate.html", good.replace(b"bridge", b"\xed\xa0\x80bridge")
    yield "rtl.html", html("قال الوزير إن الجسر أُغلق.").replace(b"<html", b"<html dir=rtl lang=ar")
    yield "emoji.html", html("The 👩‍👩‍👧‍👦 said “e\u0301te\u0301” 🇩🇪.")


def _pdfs() -> Iterator[tuple[str, bytes]]:
    good = pdf([SENTENCE, "A second page."], {"Title": "Bridge"})
    yield "empty.pdf", b""
    yield "head.pdf", b"%PDF-1.7\n"
    for share in (10, 30, 50, 70, 90, 99):
        yield f"cut-{share}.pdf", good[: len(good) * share // 100]
    yield "no-table.pdf", good.replace(b"startxref", b"nowhere##")
    yield "bad-table.pdf", good.replace(b"0000000000 65535", b"9999999999 00001")
    yield "far-table.pdf", good[: good.rindex(b"startxref")] + b"startxref\n99999999\n%%EOF"
    yield "self-table.pdf", good.replace(b"trailer<<", b"trailer<</Prev 9 ")
    yield "no-pages.pdf", good.replace(b"/Kids", b"/Cats")
    yield "loop.pdf", good.replace(b"/Kids[4 0 R 6 0 R]", b"/Kids[2 0 R 2 0 R]")
    yield "many-pages.pdf", good.replace(b"/Count 2", b"/Count 999999999")
    yield "negative.pdf", good.replace(b"/Length ", b"/Length -")
    yield "no-text.pdf", pdf(["", ""])
    yield "junk-behind.pdf", good + bytes(range(256)) * 20
    yield "junk-before.pdf", b"\0" * 900 + good
    yield "text.pdf", SENTENCE.encode()
    yield "encrypted.pdf", _encrypted_pdf(good)
    yield "bomb.pdf", _bomb_pdf()


def _encrypted_pdf(raw: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _bomb_pdf() -> bytes:
    """A page whose content unpacks to 200 MB of white space."""
    import zlib

    pack = zlib.compressobj(9)
    packed = b"".join(pack.compress(b" " * MEGABYTE) for _ in range(200)) + pack.flush()
    plain = pdf(["x"])
    begin, end = plain.index(b"<</Length"), plain.index(b"endstream")
    stream = b"<</Filter/FlateDecode/Length %d>>stream\n%s\n" % (len(packed), packed)
    return plain[:begin] + stream + plain[end:]


def _documents() -> Iterator[tuple[str, bytes]]:
    good = docx(SENTENCE)
    yield "empty.docx", b""
    yield "cut.docx", good[: len(good) // 2]
    yield "not-zip.docx", b"plain text"
    yield "old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "no-text.docx", docx("")
    yield "only-zip.docx", zipped({"a.txt": "x"})
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    yield (
        "laughs.docx",
        _changed(
            good, "word/document.xml", b"<?xml version='1.0'?>", f"<!DOCTYPE x [{laughs}]>".encode()
        ),
    )
    yield "broken-xml.docx", _replaced(good, {"word/document.xml": b"<w:document><w:body>"})
    deep = b"<w:tbl><w:tr><w:tc>" * 3000
    yield "deep.docx", _changed(good, "word/document.xml", b"", deep)
    yield "bomb.docx", zipped({"word/document.xml": b" " * (60 * MEGABYTE)})


def _changed(raw: bytes, name: str, before: bytes, insert: bytes) -> bytes:
    """A zip archive with ``insert`` put into one member, behind ``before`` (or its body)."""
    content = zipfile.ZipFile(io.BytesIO(raw)).read(name)
    place = content.index(b"<w:body>") + 8 if not before else content.index(b"?>") + 2
    return _replaced(raw, {name: content[:place] + insert + content[place:]})


def _replaced(raw: bytes, members: dict[str, bytes]) -> bytes:
    archive = zipfile.ZipFile(io.BytesIO(raw))
    return zipped({**{name: archive.read(name) for name in archive.namelist()}, **members})


def _books() -> Iterator[tuple[str, bytes]]:
    good = epub({"a.xhtml": f"<p>{SENTENCE}</p>", "b.xhtml": "<p>Another chapter.</p>"})
    yield "empty.epub", b""
    yield "cut.epub", good[: len(good) // 2]
    yield "no-container.epub", zipped({"mimetype": "application/epub+zip"})
    yield "bad-container.epub", zipped({"META-INF/container.xml": "<container"})
    yield "no-spine.epub", epub({})
    yield "pictures.epub", epub({"a.xhtml": "<img src='a.png'/>"})
    yield "lost-chapter.epub", good.replace(b"OEBPS/b.xhtml", b"OEBPS/c.xhtml")
    yield "outside.epub", epub({"../../etc/passwd": "<p>x</p>", "a.xhtml": f"<p>{SENTENCE}</p>"})
    yield "deep.epub", epub({"a.xhtml": "<div>" * 10_000 + SENTENCE, "b.xhtml": "<p>Fine.</p>"})
    locked = '<e><CipherReference URI="OEBPS/a.xhtml"/></e>'
    yield "locked.epub", epub({"a.xhtml": "<p>x</p>"}, extra={"META-INF/encryption.xml": locked})
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><package>&b;</package>'
    yield "laughs.epub", _replaced(good, {"OEBPS/book.opf": laughs.encode()})


def _rows() -> Iterator[tuple[str, bytes]]:
    rows = [json.dumps({"id": i, "text": f"Row {i} is good."}).encode() for i in range(1000)]
    rows[499] = b'{"id": 500, "text": "cut in the mid'
    yield "line-500.jsonl", b"\n".join(rows)
    yield "deep.jsonl", b'{"text": ' + b"[" * 100_000 + b"\n" + rows[0]
    yield "numbers.jsonl", b'{"text": 1e999}\n{"text": NaN}\n[]\n"x"\nnull\n' + rows[1]
    yield "huge-number.jsonl", b'{"text": "A.", "n": ' + b"9" * 5000 + b"}\n" + rows[2]
    yield "nulls.jsonl", b"\0\0\0\n" + rows[3]
    yield "utf16.jsonl", b"\n".join(rows[:3]).decode().encode("utf-16")
    yield "latin1.jsonl", '{"text": "Größe"}\n'.encode("cp1252") + rows[4]
    yield "same-ids.jsonl", rows[5] + b"\n" + rows[5]
    yield "dates.jsonl", b'{"text": "A.", "date": "9999-12-31"}\n{"text": "B.", "date": 5}'
    yield "long-row.jsonl", b'{"text": "' + b"x" * (2 * MEGABYTE) + b'"}\n' + rows[6]
    yield "no-end.jsonl", rows[7] + b"\n" + b"{" * 1000
    yield "surrogates.jsonl", b'{"id": "\\ud800", "text": "Lone \\udfff here."}'


def _tables() -> Iterator[tuple[str, bytes]]:
    yield "empty.csv", b"\n\n"
    yield "heading.csv", b"id,text\n"
    yield "no-text.csv", b"id,name\n1,x\n"
    yield "open-quote.csv", b'id,text\n1,"never closed\n2,Two is good.\n3,Three is good.\n'
    yield "odd-quote.csv", b'id,text\n1,a 5" pipe is good.\n2,"Two ""is"" good."\n3,x"y"z\n'
    yield "wide.csv", b"id,text\n1,a,b,c,d\n2,Two is good.\n"
    yield "short.csv", b"id,title,text\n1\n2,x\n3,y,Three is good.\n"
    yield "nulls.csv", b"id,text\n1,a\0b\n2,Two is good.\n"
    yield "bytes.csv", b"id,text\n1,\xff\xfe\xfd\n2,Two is good.\n"
    yield "many-columns.csv", b",".join(b"c%d" % i for i in range(20_000)) + b",text\n"
    yield "same-columns.csv", b"text,text,id\nOne.,Two.,1\n"
    yield "mac.csv", b"id,text\r1,One.\r2,Two.\r"
    yield "long-cell.csv", table("x" * (2 * MEGABYTE))
    yield "utf16.csv", "id,text\n1,One is good.\n".encode("utf-16")
    yield "tabs.tsv", b'id\ttext\n1\t"open\n2\tTwo is good.\n'


def _packed() -> Iterator[tuple[str, bytes]]:
    good = zipped({"a.txt": SENTENCE, "b.txt": "Another one."})
    yield "empty.zip", b""
    yield "cut.zip", good[: len(good) // 2]
    yield "no-members.zip", zipped({})
    yield (
        "slip.zip",
        zipped({"../../slip.txt": "x", "/abs.txt": "x", "C:\\x.txt": "x", "ok.txt": SENTENCE}),
    )
    yield "nested.zip", zipped({"inner.zip": good, "c.txt.gz": gzip.compress(b"x"), "ok.txt": "A."})
    yield "bomb.zip", zipped({"bomb.txt": b" " * (40 * MEGABYTE), "ok.txt": SENTENCE})
    yield "same-names.zip", _same_names()
    yield (
        "bad-sum.zip",
        good.replace(struct.pack("<I", zipfile.crc32(SENTENCE.encode())), b"\1" * 4),
    )
    yield "locked.zip", _locked_zip(good)
    yield "hidden.zip", zipped({"__MACOSX/a.txt": "x", ".git/b.txt": "x"})
    yield "many.zip", zipped({f"{i}.bin": "" for i in range(3000)})
    yield (
        "names.zip",
        zipped({"\u202etxt.exe": "x", "a\nb.txt": SENTENCE, "é" * 100 + ".txt": "B."}),
    )
    yield "bomb.txt.gz", gzip.compress(b" " * (40 * MEGABYTE))
    yield "bomb.jsonl.gz", gzip.compress(b"\n" * (150 * MEGABYTE), 9)
    yield "cut.txt.gz", gzip.compress(SENTENCE.encode() * 50)[:-12]
    yield "not-gzip.txt.gz", SENTENCE.encode()
    yield "empty.html.gz", b""
    yield "empty.tar", b""
    yield "cut.tar.gz", tarred({"a.txt": SENTENCE * 500})[:-40]
    yield "not-tar.tgz", gzip.compress(SENTENCE.encode() * 30)
    yield "slip.tar.gz", tarred({"../../slip.txt": "x", "ok.txt": SENTENCE})
    yield "links.tar", _links()
    yield "bomb.tar.gz", tarred({"bomb.txt": b" " * (40 * MEGABYTE), "ok.txt": SENTENCE})
    yield "liar.tar", _liar()


def _same_names() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in (("a.txt", SENTENCE), ("b.txt", "A second of the same name.")):
            archive.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue().replace(b"b.txt", b"a.txt")


def _locked_zip(raw: bytes) -> bytes:
    """The same archive with its members marked as encrypted."""
    marked = bytearray(raw)
    for signature, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + offset] |= 1
            at = marked.find(signature, at + 4)
    return bytes(marked)


def _links() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, target in (
            ("link.txt", tarfile.SYMTYPE, "/etc/passwd"),
            ("hard.txt", tarfile.LNKTYPE, "link.txt"),
            ("pipe.txt", tarfile.FIFOTYPE, ""),
            ("device.txt", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return out.getvalue()


def _liar() -> bytes:
    """A member that says it is larger than the file."""
    raw = bytearray(tarred({"a.txt": SENTENCE}, "w"))
    raw[124:136] = b"00777777777\0"
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    return bytes(raw)
