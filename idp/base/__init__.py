"""The ground: settings, time, randomness and errors. Pure; imports nothing of the house."""
