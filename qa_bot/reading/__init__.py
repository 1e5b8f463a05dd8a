"""Reading: question and passages to spans, without torch.

windows.py cuts passages into model inputs (training uses the same code, so that
the two cannot drift), decode.py turns logits into spans, reader.py runs the model.
"""
