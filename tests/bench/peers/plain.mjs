// Fastify without GraphQL: plain JSON through its compiled serialisers.
import Fastify from 'fastify'
import { claims, openStore } from './data.mjs'

const store = await openStore(process.env.STORE)
const app = Fastify()

const string = { type: 'string' }
const object = properties => ({ type: 'object', properties })
const named = object({ code: string, name: string })
const order = object({
  id: string, no: string, version: { type: 'integer' }, state: string, title: string, danger: { type: 'boolean' },
  likes: { type: 'integer' }, reportedAt: string, matter: named, place: object({ cell: named }),
})
const answers = shape => ({ schema: { response: { 200: shape } } })

app.addHook('onRequest', async request => {
  if (request.url !== '/ready') request.person = claims(request.headers).sub
})
app.get('/orders', answers(object({ items: { type: 'array', items: order } })), async ({ query }) => ({
  items: await store.list(query.area, Number(query.first)),
}))
app.get('/orders/:id', answers(order), async ({ params }) => store.one(params.id))
app.post('/orders', answers(object({ id: string })), async ({ body, person }) => {
  await store.create(body, person)
  return { id: body.id }
})
app.get('/ready', () => 'ok')
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
