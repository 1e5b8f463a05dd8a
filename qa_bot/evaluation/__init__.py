"""Measuring answers: evaluation files, SQuAD's metrics, intervals, the gate.

One file:
    datasets.py    evaluation files to records, and the one split into fit and report
    metrics.py     exact match, F1, recall, reciprocal rank, percentiles
    bootstrap.py   intervals of means, of any figure, and of paired differences
    summary.py     outcomes of questions to one table of figures
    run.py         asks every question of a file: ``evaluate(path, mode=...)``
    gate.py        floors that the figures must not fall below

All sets of a folder, ``python -m qa_bot.evaluation``:
    parts.py       what is measured: sets, halves, numbers of questions
    models.py      the models that are run, and what names them
    kept.py        what was measured, kept question by question
    collection.py  contexts or news articles as an index
    given.py       the reader in a given context
    searches.py    retrieval alone
    stages.py      open questions, with one stage left out at a time
    opened.py      what came of them, as figures
    suite.py       runs the parts
    watch.py       how far it is
    floors.py      the gate over all parts
    drawing.py     drawings
    page.py        the page
"""
