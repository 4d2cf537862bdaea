import { heard } from './connection.ts'
import { type CellFault, Fault, failureFor, Offline } from './failures.ts'

const PATIENCE_MS = 30_000
/** A busy server is asked again by itself, so often, when it wants to be left alone no longer than that. */
const MOST_REPEATS = 2
const LONGEST_PAUSE_S = 3
const BUSY = new Set([429, 503])

let skewMs = 0

/** The server's clock, as far as its last answer told: phones are often minutes wrong. */
export const serverTime = (): Date => new Date(Date.now() + skewMs)

/**
 * Sends one request to the server the page came from. Throws Offline when nothing answers in 30 s.
 * A server that turned it away unread and says when to come back is asked again then.
 */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  for (let repeats = 0; ; repeats++) {
    const response = await sendOnce(path, init)
    const pauseS = Number(response.headers.get('retry-after'))
    const mayRepeat = pauseS > 0 && pauseS <= LONGEST_PAUSE_S && repeats < MOST_REPEATS
    if (!BUSY.has(response.status) || !mayRepeat) return response
    // longer by up to a half, so that those who were turned away together do not return together
    await new Promise((done) => setTimeout(done, pauseS * 1000 * (1 + Math.random() / 2)))
  }
}

async function sendOnce(path: string, init: RequestInit): Promise<Response> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS)
  try {
    const response = await fetch(path, { ...init, signal: patience.signal, credentials: 'same-origin' })
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) skewMs = date - Date.now()
    heard.answer()
    return response
  } catch {
    heard.silence()
    throw new Offline()
  } finally {
    clearTimeout(timer)
  }
}

interface Refused {
  code?: string
  params?: Record<string, string | number>
  field?: string
  faults?: CellFault[]
}

/** The JSON of a plain HTTP answer. Throws Refusal for a coded no, Fault for anything else that is not a success. */
export async function sendForJson<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await send(path, init)
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body as T
  const { code, params, field, faults } = (body ?? {}) as Refused
  throw code ? failureFor(code, params, field, faults) : new Fault(String(response.status))
}

export const postJson = <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
  sendForJson<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
