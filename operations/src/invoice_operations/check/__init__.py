"""Is everything set up? One line per part of the installation."""
