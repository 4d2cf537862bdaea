import { Fault, Refusal } from './failures.ts'
import { send, sendForJson } from './http.ts'
import { session } from './session.ts'

/** A file goes in parts of this size, so that a line that breaks costs no more than one. */
export const PART_BYTES = 128 * 1024

/** Sends a file under its own id. `begun`: parts of it may be there already. `far` hears how many bytes arrived. */
export async function upload(
  id: string,
  blob: Blob,
  begun: boolean,
  far: (bytes: number) => Promise<void>,
): Promise<void> {
  if (blob.size <= PART_BYTES) {
    await put(id, blob, blob.type)
    return
  }
  for (let from = begun ? await arrived(id, blob.size) : 0; from < blob.size; ) {
    const to = Math.min(from + PART_BYTES, blob.size)
    try {
      await put(id, blob.slice(from, to), blob.type, `bytes ${from}-${to - 1}/${blob.size}`)
      from = to
    } catch (failure) {
      if (!(failure instanceof Refusal) || failure.code !== 'WRONG_OFFSET') throw failure
      from = Number(failure.params.offset)
    }
    if (from < blob.size) await far(from)
  }
}

/** How much of it the server has; the last part is sent again where only the end is missing. */
async function arrived(id: string, size: number): Promise<number> {
  const answer = await send(`/files/${id}`, { method: 'HEAD', headers: await bearer() })
  if (!answer.ok) throw new Fault(String(answer.status))
  const told = answer.headers.get('upload-offset') ?? '0'
  if (told === 'whole') return size
  return Math.min(Number(told), Math.max(0, size - PART_BYTES))
}

async function put(id: string, body: Blob, type: string, range?: string): Promise<void> {
  const headers = { ...(await bearer()), 'content-type': type || 'image/jpeg' }
  await sendForJson(`/files/${id}`, {
    method: 'PUT',
    headers: range ? { ...headers, 'content-range': range } : headers,
    body,
  })
}

const bearer = async (): Promise<{ authorization: string }> => ({ authorization: `Bearer ${await session.bearer()}` })
