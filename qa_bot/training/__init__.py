"""Making the models that ship: the reader's training, its export, the fitted numbers.

Needs the extra ``train``. sets.py reads and mixes the training sets, negatives.py
finds passages that look right and are not, features.py labels windows,
train_reader.py trains, export_reader.py ships, calibrate.py fits.
"""
