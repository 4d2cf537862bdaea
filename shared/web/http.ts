import { heard } from './connection.ts'
import { Fault, failureFor, Offline } from './failures.ts'

const PATIENCE_MS = 30_000

let skewMs = 0

/** The server's clock, as far as its last answer told: phones are often minutes wrong. */
export const serverTime = (): Date => new Date(Date.now() + skewMs)

/** Sends one request to the server the page came from. Throws Offline when nothing answers in 30 s. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
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

/** The JSON of a plain HTTP answer. Throws Refusal for a coded no, Fault for anything else that is not a success. */
export async function sendForJson<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await send(path, init)
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body as T
  const { code, params } = (body ?? {}) as { code?: string; params?: Record<string, string | number> }
  throw code ? failureFor(code, params) : new Fault(String(response.status))
}

export const postJson = <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
  sendForJson<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
