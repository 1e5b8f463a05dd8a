"""Files to articles: walk a folder, decode, find titles, mask boilerplate.

text (spans) < boilerplate < headline < articles < plain, jsonl < folder
"""
