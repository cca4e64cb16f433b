"""Map a Metronome invoice to the formatted invoice. Pure."""
