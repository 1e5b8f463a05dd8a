"""Answering: spans to one cited answer, or to an honest "not in these articles".

cite.py turns spans into citations, select.py ranks and merges spans, confidence.py
says how sure it is, fitted.py reads the fitted numbers, verify.py reads the
sources of an answer again.
"""
