"""Deployapp: tells every open browser tab, at once and exactly once, that a new frontend is live.

Empty on purpose: `wsgi.py` imports `deployapp.realtime.eventlet_server` to monkey patch before anything else is
imported, so importing the package must import nothing.
"""
