import { heard } from './connection.ts'
import { Offline, Refusal } from './failures.ts'
import { type Doc, failureOf } from './graph.ts'
import { failedToOpen, onSwitch, type Rung, rungNow } from './live/ladder.ts'
import { GOING_AWAY, listenToSocket, TOKEN_OVER, TRY_LATER } from './live/socket.ts'
import { listenToStream, NoStream, type Result } from './live/stream.ts'
import { session } from './session.ts'

export { connection } from './connection.ts'

export interface Follow<T> {
  event(data: T): void
  /** The place in the stream to resume from; a subscription without one starts anew. */
  cursor?(data: T): string
  /** Called every 15 s while neither sockets nor event streams get through. */
  poll?(): unknown
  /** The server will not let this be followed (any more). */
  refused?(refusal: Refusal): void
}

const POLL_MS = 15_000
const LONGEST_WAIT_MS = 30_000
/** How long phones take together to move from a process that leaves to another one. */
const MOVE_MS = 1_000
/** Refusals that pass: one follows again from one's cursor, and nothing is lost. RESYNC: you read too slowly. */
const PASSING = new Set(['UNAUTHENTICATED', 'RESYNC', 'OVERLOADED', 'TOO_MANY_AT_ONCE', 'UNAVAILABLE', 'TOO_SLOW'])
/** The attempt a full house counts as: some four seconds' wait. */
const FULL_HOUSE = 2
/** A token refused again this soon is not helped by another new one. */
const RENEW_EVERY_MS = 10_000
/** Streams at once: a browser opens six lines to a host, and the others are for questions. */
const MOST_STREAMS = 4

let streams = 0

/**
 * Listens to a subscription until the returned function is called; survives lost networks, expired tokens, and
 * networks that let no websocket or no event stream through. Whatever way it takes, it goes on from its cursor.
 */
export function follow<T, V extends object>(doc: Doc<T, V>, variables: V, options: Follow<T>): () => void {
  const stopping = new AbortController()
  let since: string | undefined
  /** Ends the present way when another is taken. */
  let turn = new AbortController()
  const stopSwitching = onSwitch(() => turn.abort())

  const listen = (rung: Rung): Promise<void> => {
    const given = since === undefined ? variables : { ...variables, since }
    const asked = doc as unknown as Doc<T, never>
    const { signal } = turn
    return new Promise<void>((done, fail) => {
      const next = ({ data, errors }: Result<T>): void => {
        if (signal.aborted) return
        if (errors?.[0]) {
          fail(failureOf(errors[0]))
          turn.abort()
        } else if (data) {
          since = options.cursor?.(data) ?? since
          options.event(data)
        }
      }
      const way =
        rung === 'socket'
          ? listenToSocket(asked, given, next, signal)
          : session.bearer().then((token) => listenToStream(asked, given, token, next, signal))
      way.then(done, fail)
    })
  }

  const run = async (): Promise<void> => {
    let renewedAt = 0
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      turn = new AbortController()
      const rung = rungNow()
      const began = Date.now()
      if (rung === 'poll' || (rung === 'stream' && streams >= MOST_STREAMS)) {
        options.poll?.()
        await pause(POLL_MS, stopping.signal, turn.signal)
        attempt = -1
        continue
      }
      if (rung === 'stream') streams++
      const failure = await listen(rung).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      if (rung === 'stream') streams--
      if (stopping.signal.aborted) return
      if (rung !== rungNow()) {
        attempt = -1 // the other way is open
        continue
      }
      if (failure instanceof NoStream) void failedToOpen('stream')
      if (rung === 'stream' && failure) heard.line('retry')
      if (isTokenOver(failure) && began - renewedAt > RENEW_EVERY_MS && (await renewed())) {
        renewedAt = Date.now()
        continue
      }
      if (codeOf(failure) === GOING_AWAY || (failure instanceof Offline && began + MOVE_MS < Date.now())) {
        attempt = -1 // somebody else is there
        await pause(MOVE_MS * Math.random(), stopping.signal, turn.signal)
        continue
      }
      if (failure instanceof Refusal && !PASSING.has(failure.code)) {
        since = undefined
        options.refused?.(failure)
      }
      if (began + LONGEST_WAIT_MS < Date.now()) attempt = 0
      if (codeOf(failure) === TRY_LATER) attempt = Math.max(attempt, FULL_HOUSE)
      await pause(backoff(attempt), stopping.signal, turn.signal)
    }
  }

  void run()
  return () => {
    stopSwitching()
    stopping.abort()
    turn.abort()
  }
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

/** Waits, but not past the moment the network, the person or another way comes back. */
function pause(ms: number, ...signals: AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve()
  return new Promise((done) => {
    const finish = (): void => {
      clearTimeout(timer)
      removeEventListener('online', finish)
      document.removeEventListener('visibilitychange', visible)
      for (const signal of signals) signal.removeEventListener('abort', finish)
      done()
    }
    const visible = (): void => {
      if (!document.hidden) finish()
    }
    const timer = setTimeout(finish, ms)
    addEventListener('online', finish)
    document.addEventListener('visibilitychange', visible)
    for (const signal of signals) signal.addEventListener('abort', finish)
  })
}
