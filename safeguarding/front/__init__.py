"""What stands between the web server and Django? It takes in whole bodies within limits, runs the page, and sends
files.

A slow connection costs a place in one event loop here, never a thread and never a database connection
(docs/adr/slow-connections.md). Granian reads and writes HTTP; nothing here parses any.
"""
