// graphql-ws, the reference server of the protocol, on ws. POST /publish hands an event to every subscriber it concerns.
import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { claims } from './data.mjs'

const schema = buildSchema(`
  type WorkOrder { id: ID! no: String! version: Int! state: String! title: String! danger: Boolean! likes: Int! reportedAt: String! }
  type OrderEvent { cursor: String! verb: String! orderId: ID order: WorkOrder }
  type Query { ok: Boolean! }
  type Subscription { liveOrders(cell: String): OrderEvent! }
`)

/** Everybody who listens, by the cell he asked for; '' hears everything. */
const listeners = new Map()

async function* follow(cell) {
  const queue = []
  let wake
  const hear = event => {
    queue.push(event)
    wake?.()
  }
  const mine = listeners.get(cell) ?? listeners.set(cell, new Set()).get(cell)
  mine.add(hear)
  try {
    yield { liveOrders: { cursor: '', verb: 'ready' } }
    while (true) {
      while (queue.length) yield { liveOrders: queue.shift() }
      await new Promise(resolve => { wake = resolve })
    }
  } finally {
    mine.delete(hear)
  }
}

function publish({ cell, event }) {
  for (const hear of listeners.get('') ?? []) hear(event)
  for (const hear of listeners.get(cell) ?? []) hear(event)
}

const http = createServer((request, response) => {
  if (request.url === '/ready') return response.end('ok')
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    publish(JSON.parse(Buffer.concat(chunks)))
    response.writeHead(200, { 'content-length': 2 }).end('{}')
  })
})

useServer(
  {
    schema,
    roots: { subscription: { liveOrders: ({ cell }) => follow(cell ?? '') } },
    onConnect: ({ connectionParams }) => Boolean(claims({ authorization: `Bearer ${connectionParams.token}` })),
  },
  new WebSocketServer({ server: http, path: '/graphql' }),
)
http.listen(Number(process.argv[2]), '127.0.0.1')
