"""What people asked and said of the answers, kept on this machine: gaps and feedback."""
