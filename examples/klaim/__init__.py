"""klaim: a participant claims a benefit. Money moves, so who sits there must have proved it minutes ago."""
