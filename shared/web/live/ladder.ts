import { heard } from '../connection.ts'
import { session } from '../session.ts'

/** How news comes: over a websocket, as an event stream where sockets are blocked, by asking where both are. */
export type Rung = 'socket' | 'stream' | 'poll'

const RUNGS: readonly Rung[] = ['socket', 'stream', 'poll']
/** Failures to open in a row after which we take a way to be blocked: a line that is only bad comes back sooner. */
const BLOCKED_AFTER: Record<Rung, number> = { socket: 3, stream: 2, poll: Number.POSITIVE_INFINITY }
/** How often, while on a lower rung, the higher ones are tried. */
const UP_MS = 30_000
const ANSWER_MS = 5_000
const ACKNOWLEDGED = 'connection_ack'

let rung: Rung = 'socket'
let failures = 0
let climbing: ReturnType<typeof setInterval> | undefined
const switches = new Set<() => void>()

export const rungNow = (): Rung => rung

/** Called when the rung changes; what is returned stops that. */
export function onSwitch(act: () => void): () => void {
  switches.add(act)
  return () => switches.delete(act)
}

/** The present way has opened. */
export function opened(): void {
  failures = 0
}

/**
 * A way did not open. Only when the server answers otherwise is it blocked, and the next lower one is taken: a server
 * that restarts or a network that is gone blocks nothing.
 */
export async function failedToOpen(way: Rung): Promise<void> {
  if (way !== rung || ++failures < BLOCKED_AFTER[way] || !navigator.onLine) return
  if (!(await answers())) return
  if (way === rung) step(RUNGS[RUNGS.indexOf(way) + 1] ?? 'poll')
}

function step(next: Rung): void {
  rung = next
  failures = 0
  clearInterval(climbing)
  if (next !== 'socket') climbing = setInterval(() => void climb(), UP_MS)
  if (next === 'poll') heard.line('blocked')
  for (const act of [...switches]) act()
}

/** Tries whether a higher rung carries again. */
async function climb(): Promise<void> {
  if (!navigator.onLine || document.hidden) return
  if (await socketOpens()) return step('socket')
  if (rung === 'poll') step('stream') // it falls back by itself
}

addEventListener('online', () => {
  if (rung !== 'socket') void climb()
})

async function answers(): Promise<boolean> {
  try {
    await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) })
    heard.answer()
    return true
  } catch {
    heard.silence()
    return false
  }
}

/** Whether a websocket gets as far as the server's greeting: proxies let some open and say nothing. */
async function socketOpens(): Promise<boolean> {
  const token = await session.bearer().catch(() => '')
  if (!token) return false
  return new Promise((done) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws')
    const finish = (carries: boolean): void => {
      clearTimeout(timer)
      socket.onclose = socket.onmessage = socket.onopen = null
      socket.close(1000)
      done(carries)
    }
    const timer = setTimeout(() => finish(false), ANSWER_MS)
    socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }))
    socket.onmessage = ({ data }) => finish(String(data).includes(ACKNOWLEDGED))
    socket.onclose = () => finish(false)
  })
}
