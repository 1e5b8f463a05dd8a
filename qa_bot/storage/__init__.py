"""The index on disk: immutable segments, named by generations, behind one pointer file.

index/
├── CURRENT                     generation number and sha256 of its manifest
├── generations/<n>/            manifest.json, sources.json, duplicates.json
├── segments/<name>/            dense.faiss, passages.sqlite, chunks.*.npy, lexical.*.npy,
│                               signatures.npy, edges.npy
├── cache/vectors.bin           vectors of an interrupted run
├── uploads/                    files added in the chat page; never touched here
└── writer.lock, writer.pid

arrays      id arrays, look-ups and the one rule for "best first"
files       hashing, fsync, durable writing; errors of a full disk
locks       one writer; readers that hold a generation
layout      where things lie inside an index folder; the pointer file
manifest    what one generation consists of, with its checksum
sources     which files of which folders a generation was made from
terms       text to stemmed terms
postings    writing term statistics;  lexical: reading them;  bm25: scoring
dense       vectors, exact and approximate;  dense_writing: block by block
passages    articles and chunks in SQLite;  passage_writing;  rows: records as rows
duplicates  near-duplicate articles;  clustering: which there are
repeated    sentences that repeat at the edge of the articles of a source
segment     one opened segment;  writer: making one
filters     which stored articles pass a Filters
opening     opening and checking one generation
snapshot    one opened generation: everything a question needs
merge       which segments are rewritten together
publish     a new generation;  generations: rollback, and what is swept away
reuse       vectors that are known already;  vector_cache: those of an interrupted run
verify      every sha256, every count, every chunk a slice
"""
