"""Question to passages: dense and lexical search together, over one snapshot."""
