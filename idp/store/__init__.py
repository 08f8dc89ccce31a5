"""The cellar: tables, transactions, sealed values, short-lived state, the outbox and the audit trail."""
