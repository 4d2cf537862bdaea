import type { Client } from 'graphql-ws'
import { heard } from './connection.ts'
import { Refusal } from './failures.ts'
import { type Doc, failureOf, type GraphError } from './graph.ts'
import { session } from './session.ts'

export { connection } from './connection.ts'

export interface Follow<T> {
  event(data: T): void
  /** The place in the stream to resume from; a subscription without one starts anew. */
  cursor?(data: T): string
  /** Called every 15 s while websockets are blocked. */
  poll?(): unknown
  /** The server will not let this be followed (any more). */
  refused?(refusal: Refusal): void
}

const POLL_MS = 15_000
const LONGEST_WAIT_MS = 30_000
const PONG_MS = 5_000
/** Failures to open in a row after which we take websockets to be blocked. */
const BLOCKED_AFTER = 3
/** Close codes: ours for a token at its end, the client's own when the last follower has gone. */
const TOKEN_OVER = 4401
const NOBODY_LISTENS = 1000
/** The process leaves while others stay, or takes nobody at the moment: not a broken line. */
const GOING_AWAY = 1001
const TRY_LATER = 1013
/** How long phones take together to move from a process that leaves to another one. */
const MOVE_MS = 1_000
/** Refusals that pass: one follows again from one's cursor, and nothing is lost. RESYNC: you read too slowly. */
const PASSING = new Set(['UNAUTHENTICATED', 'RESYNC', 'OVERLOADED', 'TOO_MANY_AT_ONCE', 'UNAVAILABLE', 'TOO_SLOW'])
/** The attempt a full house counts as: some four seconds' wait. */
const FULL_HOUSE = 2
/** A token refused again this soon is not helped by another new one. */
const RENEW_EVERY_MS = 10_000

/** How often in a row a socket closed before it was ever open. */
let failuresToOpen = 0
const isBlocked = (): boolean => failuresToOpen >= BLOCKED_AFTER && navigator.onLine

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
        failuresToOpen = 0
        heard.socket('open')
      },
      ping: (received) => {
        if (!received) silence = setTimeout(() => socket.terminate(), PONG_MS)
      },
      pong: (received) => {
        if (received) clearTimeout(silence)
      },
      closed(event) {
        clearTimeout(silence)
        const { code } = event as CloseEvent
        if (!wasOpen && code !== GOING_AWAY && code !== TRY_LATER) failuresToOpen++
        if (code === NOBODY_LISTENS) heard.socket('idle')
        else if (code !== TOKEN_OVER) heard.socket(isBlocked() ? 'blocked' : 'retry')
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

/** Listens to a subscription until the returned function is called; survives lost networks and expired tokens. */
export function follow<T, V extends object>(doc: Doc<T, V>, variables: V, options: Follow<T>): () => void {
  const stopping = new AbortController()
  let since: string | undefined

  /** Ends when the stream does: resolved by the server's complete, rejected by whatever broke it. */
  const listen = async (): Promise<void> => {
    const socket = await client()
    if (stopping.signal.aborted) return
    let unsubscribe: () => void = () => undefined
    const ended = new Promise<void>((done, fail) => {
      const payload = { query: doc.toString(), variables: since === undefined ? variables : { ...variables, since } }
      unsubscribe = socket.subscribe<T>(payload as never, {
        next(result) {
          const failed = result.errors?.[0] as GraphError | undefined
          if (failed) return fail(failureOf(failed))
          if (!result.data) return
          since = options.cursor?.(result.data) ?? since
          options.event(result.data)
        },
        error: (cause) => fail(Array.isArray(cause) && cause[0] ? failureOf(cause[0] as GraphError) : cause),
        complete: done,
      })
      stopping.signal.addEventListener('abort', unsubscribe, { once: true })
    })
    return ended.finally(() => {
      stopping.signal.removeEventListener('abort', unsubscribe)
      unsubscribe()
    })
  }

  const run = async (): Promise<void> => {
    let renewedAt = 0
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      const began = Date.now()
      const failure = await listen().then(
        () => undefined,
        (cause: unknown) => cause,
      )
      if (stopping.signal.aborted) return
      if (isTokenOver(failure) && began - renewedAt > RENEW_EVERY_MS && (await renewed())) {
        renewedAt = Date.now()
        continue
      }
      if (codeOf(failure) === GOING_AWAY) {
        attempt = -1 // somebody else is there
        await pause(MOVE_MS * Math.random(), stopping.signal)
        continue
      }
      if (failure instanceof Refusal && !PASSING.has(failure.code)) {
        since = undefined
        options.refused?.(failure)
      }
      if (isBlocked()) options.poll?.()
      if (began + LONGEST_WAIT_MS < Date.now()) attempt = 0
      if (codeOf(failure) === TRY_LATER) attempt = Math.max(attempt, FULL_HOUSE)
      await pause(isBlocked() ? POLL_MS : backoff(attempt), stopping.signal)
    }
  }

  void run()
  return () => stopping.abort()
}

/** 1-2-4…30 s, each shortened by up to half so that a street of phones does not return in step. */
const backoff = (attempt: number): number => Math.min(LONGEST_WAIT_MS, 1000 * 2 ** attempt) * (0.5 + Math.random() / 2)

const codeOf = (failure: unknown): unknown => (failure as { code?: unknown } | undefined)?.code

const isTokenOver = (failure: unknown): boolean =>
  codeOf(failure) === TOKEN_OVER || (failure instanceof Refusal && failure.code === 'UNAUTHENTICATED')

const renewed = (): Promise<boolean> =>
  session.renew().then(
    () => true,
    () => false,
  )

/** Waits, but not past the moment the network or the person comes back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = (): void => {
      clearTimeout(timer)
      removeEventListener('online', finish)
      document.removeEventListener('visibilitychange', visible)
      signal.removeEventListener('abort', finish)
      done()
    }
    const visible = (): void => {
      if (!document.hidden) finish()
    }
    const timer = setTimeout(finish, ms)
    addEventListener('online', finish)
    document.addEventListener('visibilitychange', visible)
    signal.addEventListener('abort', finish)
  })
}
