"""saldo: a participant looks at what is saved for old age (JHT) and pension (JP)."""
