// The official graphql-ws client, told on its command line what to follow; it says on stdout what it meets.
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

const [url, token, query, retryAttempts] = process.argv.slice(2)
const say = (what, more = null) => console.log(JSON.stringify([what, more]))

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  retryAttempts: Number(retryAttempts),
  retryWait: async () => undefined,
  connectionParams: { token },
  on: {
    connecting: () => say('connecting'),
    connected: () => say('connected'),
    closed: ({ code, reason }) => say('closed', [code, reason]),
  },
})

client.subscribe(
  { query },
  {
    next: (result) => say('next', result),
    error: (failure) => say('error', failure.code ?? failure.map?.(({ extensions }) => extensions.code) ?? `${failure}`),
    complete: () => say('complete'),
  },
)
process.stdin.on('data', () => client.dispose()).on('end', () => process.exit())
