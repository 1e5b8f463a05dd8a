"""What grammar says of an article, found when indexing and stored by offset."""
