"""Models on disk: exporting, quantising, checking and opening them.

The question path needs :mod:`qa_bot.models.session` and :mod:`qa_bot.models.files`
only; torch is loaded by :mod:`qa_bot.models.export` and by nothing else here.
"""
