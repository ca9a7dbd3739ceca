// Node's socket.io: `io.emit` to everybody. usage: node socketio_server.js PORT
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => { body += chunk })
  request.on('end', () => {
    io.emit('deployment_update', JSON.parse(body))
    response.writeHead(204).end()
  })
})
const io = new Server(server, { serveClient: false })
server.listen(Number(process.argv[2]), '127.0.0.1', 4096)
