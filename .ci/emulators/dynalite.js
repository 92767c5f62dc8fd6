// Serves DynamoDB from memory on a free port of loopback, prints the port, and
// ends when its standard input does: so it never outlives the test that began it.
const server = require('dynalite')({ createTableMs: 0, deleteTableMs: 0 })
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
