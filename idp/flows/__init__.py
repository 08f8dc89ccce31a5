"""The stairs: one journey per file, read top to bottom. Flows open transactions, nothing below them does."""
