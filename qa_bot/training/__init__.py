"""Making the models that ship: the reader's training, its export, the fitted numbers.

Needs the extra ``train``. What is trained on: sets.py reads the training sets,
splits.py keeps passages apart, retrieved.py asks the retriever every question,
unanswerable.py makes questions without an answer, written_news.jsonl.gz is news written
for training, asked.py says what is known of each question, make_tables.py writes it all as
tables.py describes. How: sampling.py draws batches, losses.py says what is learnt,
bases.py and shipped.py where from, train_reader.py runs it, watch.py measures it on the way,
teach.py keeps what a teacher says. What for: export_reader.py ships (smooth.py before int8),
calibrate.py fits (observations.py, fits.py) and reports (confidence_report.py,
confidence_drawing.py, own_contexts.py).
"""
