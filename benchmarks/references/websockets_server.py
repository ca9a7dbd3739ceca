"""`websockets` with its `broadcast`. It serves no POST: a plain asyncio server on TRIGGER_PORT takes it.

python websockets_server.py PORT TRIGGER_PORT
"""

import asyncio
import re
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve


async def wait_until_closed(connection: ServerConnection) -> None:
    await connection.wait_closed()


async def main(port: int, trigger_port: int) -> None:
    async with serve(wait_until_closed, "127.0.0.1", port, backlog=4096) as server:

        async def publish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            assert length is not None
            broadcast(server.connections, (await reader.readexactly(int(length[1]))).decode())
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(publish, "127.0.0.1", trigger_port) as control:
            await control.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
