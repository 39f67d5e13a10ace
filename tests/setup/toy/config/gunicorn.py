"""Stands in for the web server's settings."""

worker_class = "gthread"
workers = 1
threads = 4
graceful_timeout = 5
accesslog = None
control_socket_disable = True
