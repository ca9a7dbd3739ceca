"""The client's files as the service serves them."""

from flask.testing import FlaskClient


def test_pages_of_every_origin_may_load_the_client(client: FlaskClient) -> None:
    with client.get("/static/notifier/transports/sse.js") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "no-cache" in answer.headers["Cache-Control"], "an upgrade never mixes two versions of the client"


def test_nothing_else_is_opened(client: FlaskClient) -> None:
    for path in ("/static/", "/static/notifier", "/static/other/notifier/index.js", "/nothing"):
        assert "Access-Control-Allow-Origin" not in client.get(path).headers
