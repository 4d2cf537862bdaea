import { failureFor } from './failures.ts'
import { Fault } from './graph.ts'
import { send } from './http.ts'
import { session } from './session.ts'

const READ_MS = 60_000

/** Hands a file to the device. */
export function save(content: Blob, name: string): void {
  const href = URL.createObjectURL(content)
  Object.assign(document.createElement('a'), { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), READ_MS) // the browser reads it when it likes
}

/**
 * Asks the server for a file, with `body` by POST, and hands it to the device under the name it came with.
 * Throws Refusal for a coded no, Fault for any other, Offline.
 */
export async function takeHome(path: string, body?: object): Promise<void> {
  const headers = { authorization: `Bearer ${await session.bearer()}`, 'content-type': 'application/json' }
  const response = await send(path, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers })
  if (!response.ok) {
    const { code, params, field } = await response.json().catch(() => ({}))
    throw code ? failureFor(code, params, field) : new Fault(String(response.status))
  }
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  save(await response.blob(), name ?? '')
}
