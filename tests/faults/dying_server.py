"""`python wsgi.py`, but killed between the commit of a deployment of version `die` and its publishing."""

if __name__ == "__main__":
    from deployapp.realtime import eventlet_server

    eventlet_server.monkey_patch()

    import os
    import signal

    import config
    from deployapp.app import create_app
    from deployapp.events import DeploymentEvent
    from deployapp.realtime_app import serve

    app = create_app(config.load(), loop=eventlet_server.EventletLoop())
    bus = app.extensions["deployapp.bus"]
    publish = bus.publish

    def die_or_publish(event: DeploymentEvent) -> None:
        if event.version == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        publish(event)

    bus.publish = die_or_publish
    serve(app)
