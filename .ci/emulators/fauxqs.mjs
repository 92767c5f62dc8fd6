// Serves SQS (and SNS) from memory on a free port of loopback, prints the port, and ends when its
// standard input does. The package's own program listens on all addresses; its app does as it is told.
import { buildApp } from 'fauxqs'
const app = buildApp({ logger: false })
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(app.server.address().port)
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
