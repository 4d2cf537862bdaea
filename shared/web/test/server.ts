import { vi } from 'vitest'

export interface Heard {
  method: string
  path: string
  body: unknown
  authorization: string | null
  range: string | null
}

type Reply =
  | { status?: number; json?: unknown; body?: ReadableStream<Uint8Array>; headers?: Record<string, string> }
  | 'no network'

/** A server at the other end of `fetch`: answers by path, remembers what it heard. */
export function serve(answer: (heard: Heard) => Reply | Promise<Reply>): Heard[] {
  const log: Heard[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const heard: Heard = {
      method: init.method ?? 'GET',
      path,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : init.body,
      authorization: new Headers(init.headers).get('authorization'),
      range: new Headers(init.headers).get('content-range'),
    }
    log.push(heard)
    const reply = await answer(heard)
    if (reply === 'no network') throw new TypeError('fetch failed')
    const { status = 200, json = {}, body, headers = {} } = reply
    return new Response(status === 204 ? null : (body ?? JSON.stringify(json)), { status, headers })
  })
  return log
}

/** A token that lives for a quarter of an hour. */
export const grant = (accessToken: string): { status: number; json: unknown } => ({
  status: 200,
  json: { accessToken, expiresAt: new Date(Date.now() + 15 * 60_000).toISOString() },
})
