"""The HTTP service: the same answers as from Python and the command line, over HTTP.

`adscribe.service.app.create_app` makes the application, `adscribe.service.server.serve` runs it.
Nothing is imported here, so that the command line knows the settings without loading the service.
"""
