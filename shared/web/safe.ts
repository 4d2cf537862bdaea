import { store } from './store.ts'

/** What stands in the phone's database instead of a value. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>
  data: ArrayBuffer
}

/** A key that only the person's password opens again. */
export interface Wrapped extends Sealed {
  salt: Uint8Array<ArrayBuffer>
}

export const CIPHER = { name: 'AES-GCM', length: 256 }
const USES: KeyUsage[] = ['encrypt', 'decrypt']
/** About a quarter of a second on a phone. */
export const SLOW = { name: 'PBKDF2', hash: 'SHA-256', iterations: 250_000 }
const HEAD = 4 // bytes that say how long the text is

const keys = new Map<string, Promise<CryptoKey>>()
export const random = (bytes: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(bytes))

/**
 * Takes up the key of whoever signs in. What he left unsent opens again with the password it was left under;
 * with another it is lost, and so is its key.
 */
export async function openSafe(owner: string, password: string): Promise<void> {
  const db = await store()
  const left = await db.get('wraps', owner)
  const salt = left?.salt ?? random(16)
  const lock = await lockOf(password, salt)
  let key = left && (await open(left, lock).catch(() => null))
  if (!key) {
    const bare = await crypto.subtle.generateKey(CIPHER, true, USES)
    const iv = random(12)
    const data = await crypto.subtle.wrapKey('raw', bare, lock, { ...CIPHER, iv })
    await db.put('wraps', { salt, iv, data }, owner)
    key = await open({ iv, data }, lock)
    for (const { id } of (await db.getAll('outbox')).filter((op) => op.owner === owner)) await db.delete('outbox', id)
  }
  await db.delete('wraps', pinOf(owner))
  await db.put('keys', key, owner)
  holdKey(owner, key)
}

/** Where the key lies that a person's digits open, see pin.ts. */
export const pinOf = (owner: string): string => `${owner}/pin`

/** Whether the key is away until its owner has typed his digits. */
export const isLocked = async (owner: string): Promise<boolean> =>
  !keys.has(owner) && (await (await store()).getKey('wraps', pinOf(owner))) !== undefined

/** Keeps an opened key as long as the page lives. */
export function holdKey(owner: string, key: CryptoKey): void {
  keys.set(owner, Promise.resolve(key))
}

/** Drops every key, and everything but what is unsent: nobody reads that before its owner is back. */
export async function closeSafe(): Promise<void> {
  keys.clear()
  const db = await store().catch(() => null) // no database, nothing kept
  if (!db) return
  await db.clear('keys')
  await Promise.all([db.clear('answers'), db.clear('drafts')])
  const left = await db.getAll('outbox')
  for (const { id } of left.filter(({ done }) => done)) await db.delete('outbox', id)
  const owners = new Set(left.filter(({ done }) => !done).map(({ owner }) => owner))
  for (const owner of await db.getAllKeys('wraps')) if (!owners.has(owner)) await db.delete('wraps', owner)
}

/** The value, blobs included, so that only `owner` reads it, and only while signed in. Throws where nothing can be sealed. */
export async function seal(owner: string, value: unknown): Promise<Sealed> {
  const iv = random(12)
  const [key, content] = await Promise.all([keyOf(owner), packed(value)])
  return { iv, data: await crypto.subtle.encrypt({ ...CIPHER, iv }, key, content) }
}

/** Inverse of `seal`. Throws for another's. */
export async function unseal<T>(owner: string, { iv, data }: Sealed): Promise<T> {
  return unpacked(await crypto.subtle.decrypt({ ...CIPHER, iv }, await keyOf(owner), data)) as T
}

export function keyOf(owner: string): Promise<CryptoKey> {
  let key = keys.get(owner)
  if (!key) {
    key = found(owner)
    keys.set(owner, key)
    key.catch(() => keys.delete(owner))
  }
  return key
}

/** The key this phone has, or a new one: the first of two tabs that make one wins. */
async function found(owner: string): Promise<CryptoKey> {
  const db = await store()
  const known = await db.get('keys', owner)
  if (known) return known
  if (await db.getKey('wraps', pinOf(owner))) throw new Error('locked')
  const fresh = await crypto.subtle.generateKey(CIPHER, false, USES)
  const turn = db.transaction('keys', 'readwrite')
  const first = (await turn.store.get(owner)) ?? fresh
  await turn.store.put(first, owner)
  await turn.done
  return first
}

/** What opens a wrapped key. */
export async function lockOf(secret: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ ...SLOW, salt }, typed, CIPHER, false, ['wrapKey', 'unwrapKey'])
}

export const open = ({ iv, data }: Sealed, lock: CryptoKey, bare = false): Promise<CryptoKey> =>
  crypto.subtle.unwrapKey('raw', data, lock, { ...CIPHER, iv }, CIPHER, bare, USES)

/** Text first, then the bytes of every blob it names. */
async function packed(value: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const blobs: Blob[] = []
  const named = (_key: string, part: unknown): unknown =>
    part instanceof Blob ? { $blob: [part.type, part.size, blobs.push(part)] } : part
  const text = new TextEncoder().encode(JSON.stringify(value, named))
  const all = new Uint8Array(HEAD + text.length + blobs.reduce((sum, { size }) => sum + size, 0))
  new DataView(all.buffer).setUint32(0, text.length)
  all.set(text, HEAD)
  let at = HEAD + text.length
  for (const blob of blobs) {
    all.set(new Uint8Array(await blob.arrayBuffer()), at)
    at += blob.size
  }
  return all
}

function unpacked(bytes: ArrayBuffer): unknown {
  const length = new DataView(bytes).getUint32(0)
  let at = HEAD + length
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, HEAD, length)), (_key, part) => {
    const blob = (part as { $blob?: [string, number] } | null)?.$blob
    if (!blob) return part
    const [type, size] = blob
    at += size
    return new Blob([bytes.slice(at - size, at)], { type })
  })
}
