"""What runs the connector: images, compose and Kubernetes manifests, checked against the code that
they run.
"""
