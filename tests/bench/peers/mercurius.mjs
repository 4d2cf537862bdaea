// Mercurius with its JIT on Fastify: the fastest GraphQL server of Node.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { claims, openStore } from './data.mjs'

const store = await openStore(process.env.STORE)
const app = Fastify()

const schema = `
  enum OrderSort { NEWEST }
  type Named { code: String! name: String! }
  type Place { cell: Named! }
  type WorkOrder {
    id: ID! no: String! version: Int! state: String! title: String! danger: Boolean! likes: Int!
    reportedAt: String! matter: Named! place: Place!
  }
  type OrderPage { items: [WorkOrder!]! }
  input CreateReport { id: ID! text: String! cell: String! lon: Float! lat: Float! }
  type Created { id: ID! }
  type Query { orders(area: String!, sort: OrderSort!, first: Int!): OrderPage! order(id: ID!): WorkOrder }
  type Mutation { createReport(input: CreateReport!): Created! }
`

const resolvers = {
  Query: {
    orders: async (_root, { area, first }) => ({ items: await store.list(area, first) }),
    order: (_root, { id }) => store.one(id),
  },
  Mutation: {
    createReport: async (_root, { input }, { person }) => {
      await store.create(input, person)
      return { id: input.id }
    },
  },
}

app.register(mercurius, { schema, resolvers, jit: 1, context: request => ({ person: claims(request.headers).sub }) })
app.get('/ready', () => 'ok')
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
