"""Measuring answers: evaluation files, SQuAD's metrics, intervals, the gate.

datasets.py   evaluation files to records, and the one split into fit and report
metrics.py    exact match, F1, recall, reciprocal rank, percentiles
bootstrap.py  intervals of means
summary.py    outcomes of questions to one table of figures
run.py        asks every question of a file: ``evaluate(path, mode=...)``
gate.py       floors that the figures must not fall below
"""
