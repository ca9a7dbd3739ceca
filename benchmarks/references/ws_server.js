// Node's `ws`: one `send` per client. usage: node ws_server.js PORT
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => { body += chunk })
  request.on('end', () => {
    for (const client of sockets.clients) client.send(body)
    response.writeHead(204).end()
  })
})
const sockets = new WebSocketServer({ server })
server.listen(Number(process.argv[2]), '127.0.0.1', 4096)
