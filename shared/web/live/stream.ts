import { heard } from '../connection.ts'
import { Offline, Refusal } from '../failures.ts'
import { type Doc, failureOf, type GraphError, named } from '../graph.ts'
import { opened } from './ladder.ts'

export interface Result<T> {
  data?: T | null
  errors?: GraphError[]
}

/** The way is blocked: it answers, but with no stream, or keeps what should come at once. */
export class NoStream extends Error {}

/** What says first that news comes this way; the server speaks at once. */
const FIRST_MS = 6_000
/** Longer than two of the server's pings. */
const QUIET_MS = 35_000

/**
 * Listens over server-sent events (GraphQL over SSE, a connection for each). Resolves when the server completes it;
 * rejects with Offline when the line breaks, NoStream when it never carried anything.
 */
export async function listenToStream<T>(
  doc: Doc<T, never>,
  variables: object,
  token: string,
  next: (result: Result<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  const line = new AbortController()
  const stop = (): void => line.abort()
  signal.addEventListener('abort', stop)
  let timer = setTimeout(stop, FIRST_MS)
  let carried = false
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...named(doc), variables }),
      signal: line.signal,
      credentials: 'same-origin',
    })
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) throw await refusedWith(response)
    const alive = (): void => {
      clearTimeout(timer)
      timer = setTimeout(stop, QUIET_MS)
    }
    for await (const { name, data } of eventsOf(response, line.signal, () => carried && alive())) {
      if (name === 'complete') return
      if (name !== 'next') continue
      if (!carried) opened()
      carried = true
      alive()
      heard.line('stream')
      next(JSON.parse(data) as Result<T>)
    }
    throw new Offline() // broken off: a process that leaves, a token at its end
  } catch (failure) {
    if (failure instanceof Refusal || failure instanceof NoStream) throw failure
    if (failure instanceof Error && failure.name !== 'AbortError' && !(failure instanceof TypeError)) {
      if (!(failure instanceof Offline)) throw failure
    }
    throw carried ? new Offline() : new NoStream()
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    line.abort()
  }
}

async function refusedWith(response: Response): Promise<Error> {
  if (response.status === 401) return new Refusal('UNAUTHENTICATED')
  const answer = (await response.json().catch(() => ({}))) as { errors?: GraphError[] }
  return answer.errors?.[0] ? failureOf(answer.errors[0]) : new NoStream()
}

async function* eventsOf(
  response: Response,
  over: AbortSignal,
  alive: () => unknown,
): AsyncGenerator<{ name: string; data: string }> {
  const reader = response.body?.getReader()
  if (!reader) throw new NoStream()
  over.addEventListener('abort', () => void reader.cancel().catch(() => undefined))
  const text = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    alive()
    const blocks = (rest + text.decode(value, { stream: true })).replaceAll('\r', '').split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1).trim()]),
      )
      yield { name: fields.get('event') ?? '', data: fields.get('data') ?? '' }
    }
  }
}
