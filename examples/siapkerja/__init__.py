"""siapkerja: another ministry's service. It knows people under names of its own, and gets what they allow."""
