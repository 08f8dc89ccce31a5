"""The command line, verb by verb. Each verb reads its arguments, lets a flow do the work, and says what came of it."""
