"""From the Metronome invoice to the formatted one. Pure."""
