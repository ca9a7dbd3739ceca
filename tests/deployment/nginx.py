"""nginx as deploy/nginx/ configures it, in front of given processes; only ports and folders are put in."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import requests

from tests.deployapp_process import ROOT
from tests.servers import Server

CONFIGURATION = ROOT / "deploy" / "nginx"
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/upstreams.conf;
    include {folder}/deployapp.conf;
}}
"""


class Nginx(Server):
    """`ports` are the processes behind it, as many as upstreams.conf names."""

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__()
        upstreams = (CONFIGURATION / "upstreams.conf").read_text()
        for number, port in enumerate(ports, start=1):
            upstreams = upstreams.replace(f"127.0.0.1:{8000 + number}", f"127.0.0.1:{port}")
        site = (CONFIGURATION / "deployapp.conf").read_text()
        site = site.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        site = site.replace("/var/cache/nginx/deployapp", f"{self.folder}/cache")
        (self.folder / "upstreams.conf").write_text(upstreams)
        (self.folder / "deployapp.conf").write_text(site)
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
        assert program, "nginx is not installed (Debian: apt-get install nginx-light)"
        user = ["-g", "user root;"] if Path("/proc/self").owner() == "root" else []
        return [program, "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log"), *user]

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/metrics", timeout=1).status_code == 404
        except requests.RequestException:
            return False


def upstream_ports() -> set[str]:
    """The ports that upstreams.conf names."""
    return set(re.findall(r"server 127\.0\.0\.1:(\d+)", (CONFIGURATION / "upstreams.conf").read_text()))
