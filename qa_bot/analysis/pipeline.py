"""spaCy's small English pipeline over one article, sentence by sentence.

The sentences are the project's own and make one batch, so that what is found in an
article depends on nothing but the article. Only this module loads spaCy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from qa_bot.analysis import MODEL
from qa_bot.analysis.clauses import Sentence
from qa_bot.analysis.cues import grammatical_cues, questions
from qa_bot.analysis.headline import title_lines
from qa_bot.analysis.quotations import quotations
from qa_bot.analysis.speech import speeches_of
from qa_bot.analysis.words import has_cue
from qa_bot.records import ArticleAnalysis, Cue, Entity, Span

_SURROGATE = re.compile(r"[\ud800-\udfff]")
MOST_WORDS = 400
"""A longer sentence is a table or a list, and is not analysed."""


class Pipeline:
    """spaCy, loaded once a process.

    Raises:
        ImportError, OSError: spaCy or its model is not installed, or does not fit.
    """

    def __init__(self) -> None:
        # thinc would load torch, for seconds and hundreds of MB, only to see that it is there.
        sys.modules.setdefault("torch", None)  # type: ignore[arg-type]
        import spacy
        from thinc.api import NumpyOps, set_current_ops

        class BlasOps(NumpyOps):  # type: ignore[misc]
            """With numpy's matrix product: on an x86 server 2.9 times as fast as thinc's own."""

            def gemm(
                self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False
            ) -> Any:
                product = np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)
                return np.ascontiguousarray(product)

        set_current_ops(BlasOps())
        self._nlp = import_module(MODEL).load(exclude=["lemmatizer", "attribute_ruler", "senter"])
        self._nlp.max_length = sys.maxsize
        self._spacy = spacy

    def analyse(self, text: str, sentences: Sequence[Span], *, title: str = "") -> ArticleAnalysis:
        """What ``sentences`` of ``text`` say; all offsets are into ``text``."""
        # spaCy takes no lone surrogate, which a text file may hold; one character for one.
        readable = _SURROGATE.sub("\ufffd", text)
        docs = [self._nlp.make_doc(sentence.of(readable)) for sentence in sentences]
        kept = [(s, doc) for s, doc in zip(sentences, docs, strict=True) if len(doc) <= MOST_WORDS]
        self._run(["ner"], [doc for _, doc in kept])
        parsed = [(s, doc) for s, doc in kept if has_cue(doc.text)]
        self._run(["tok2vec", "tagger", "parser"], [doc for _, doc in parsed])
        entities = [
            # White space is a token to spaCy, and may stand at the end of a name.
            Entity(
                Span(
                    s.start + e.end_char - len(e.text.lstrip()),
                    s.start + e.start_char + len(e.text.rstrip()),
                ),
                e.label_,
            )
            for s, doc in kept
            for e in doc.ents
            if e.text.strip()
        ]
        read = [Sentence(s, doc) for s, doc in parsed]
        quoted = quotations(text)
        cues = [cue for sentence in read for cue in grammatical_cues(sentence)]
        cues += questions(text, sentences, quoted)
        lines = title_lines(text, title)
        cues += [Cue(line, "headline", line, line) for line in lines]
        return ArticleAnalysis(
            tuple(sorted(entities, key=lambda e: (e.span, e.kind))),
            tuple(speeches_of(text, quoted, sentences, read, entities)),
            tuple(sorted(set(cues), key=lambda c: (c.scope, c.span, c.kind))),
        )

    def _run(self, names: Sequence[str], docs: Sequence[Any]) -> None:
        """Let components annotate documents, all in one batch."""
        if docs:
            for name in names:
                component = self._nlp.get_pipe(name)
                component.set_annotations(docs, component.predict(docs))
