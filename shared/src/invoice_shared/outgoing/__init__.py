"""How each process calls other systems over HTTP: trusted authorities and proxies."""
