import type { Client } from 'graphql-ws'
import { heard } from '../connection.ts'
import { type Doc, failureOf, type GraphError } from '../graph.ts'
import { session } from '../session.ts'
import { failedToOpen, opened, rungNow } from './ladder.ts'
import type { Result } from './stream.ts'

const PONG_MS = 5_000
/** Close codes: ours for a token at its end, the client's own when the last follower has gone. */
export const TOKEN_OVER = 4401
const NOBODY_LISTENS = 1000
/** The process leaves while others stay, or takes nobody at the moment: not a broken line. */
export const GOING_AWAY = 1001
export const TRY_LATER = 1013

const client = lazily(async (): Promise<Client> => {
  const { createClient } = await import('graphql-ws')
  let silence: ReturnType<typeof setTimeout> | undefined
  let wasOpen = false
  const socket = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    retryAttempts: 0, // each follower retries by itself, from its own cursor
    keepAlive: 12_000,
    connectionParams: async () => ({ token: await session.bearer() }),
    on: {
      connecting() {
        wasOpen = false
      },
      connected() {
        wasOpen = true
        opened()
        heard.line('open')
      },
      ping: (received) => {
        if (!received) silence = setTimeout(() => socket.terminate(), PONG_MS)
      },
      pong: (received) => {
        if (received) clearTimeout(silence)
      },
      closed(event) {
        clearTimeout(silence)
        if (rungNow() !== 'socket') return
        const { code } = event as CloseEvent
        if (code === NOBODY_LISTENS) heard.line('idle')
        else if (code !== TOKEN_OVER) heard.line('retry')
        if (!wasOpen && code !== GOING_AWAY && code !== TRY_LATER && code !== TOKEN_OVER) void failedToOpen('socket')
      },
    },
  })
  return socket
})

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((failure: unknown) => {
      made = undefined
      throw failure
    })
    return made
  }
}

/** Listens over the one websocket all followers share. Resolves when the server completes it, rejects when it breaks. */
export async function listenToSocket<T>(
  doc: Doc<T, never>,
  variables: object,
  next: (result: Result<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  const socket = await client()
  if (signal.aborted) return
  let unsubscribe: () => void = () => undefined
  const ended = new Promise<void>((done, fail) => {
    unsubscribe = socket.subscribe<T>({ query: doc.toString(), variables } as never, {
      next: (result) => next(result as Result<T>),
      error: (cause) => fail(Array.isArray(cause) && cause[0] ? failureOf(cause[0] as GraphError) : cause),
      complete: done,
    })
    signal.addEventListener('abort', unsubscribe, { once: true })
  })
  return ended.finally(() => {
    signal.removeEventListener('abort', unsubscribe)
    unsubscribe()
  })
}
