"""Each simulated system, driven by the client library that its field uses."""
