import { Refusal } from './failures.ts'
import { CIPHER, holdKey, keyOf, lockOf, open, pinOf, random, SLOW, type Wrapped } from './safe.ts'
import { store } from './store.ts'

/** A key that opens with six digits typed on this phone, and what is known of the tries. */
export interface Pin extends Wrapped {
  /** Cannot be taken out of this browser, so that the digits are of no use elsewhere. */
  device: CryptoKey
  /** Tries since the last right one. */
  wrong: number
  /** No try before this moment. */
  until: number
  /** When the server was last reached, and the latest moment this phone ever knew. */
  reached: number
  latest: number
}

export const PIN_LENGTH = 6
const MOST_TRIES = 5
const WAIT_MS = 10 * 60_000
const GOOD_FOR_MS = 72 * 60 * 60_000
/** A clock may be put right by so much; further back means that somebody turns it. */
const SLACK_MS = 5 * 60_000

/** Whether this person locks the app with digits on this phone. */
export const hasPin = async (owner: string): Promise<boolean> => (await read(owner)) !== undefined

/** Digits anybody would try first. */
export const isWeak = (pin: string): boolean =>
  /^(\d)\1+$/.test(pin) || '01234567890'.includes(pin) || '09876543210'.includes(pin)

/**
 * From now on the key leaves memory with the page, and comes back for these digits on this phone.
 * Throws BAD_CREDENTIALS for another password.
 */
export async function setPin(owner: string, password: string, pin: string): Promise<void> {
  const db = await store()
  const left = await db.get('wraps', owner)
  const key = left && (await open(left, await lockOf(password, left.salt), true).catch(() => null))
  if (!key) throw new Refusal('BAD_CREDENTIALS')
  const device = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const [salt, iv, now] = [random(16), random(12), Date.now()]
  const data = await crypto.subtle.wrapKey('raw', key, await pinLock(pin, salt, device), { ...CIPHER, iv })
  await keyOf(owner) // in memory before it leaves the database
  await put(owner, { salt, iv, data, device, wrong: 0, until: 0, reached: now, latest: now })
  await db.delete('keys', owner)
}

/** The app opens again by itself, as it did before. */
export async function dropPin(owner: string): Promise<void> {
  const [db, key] = [await store(), await keyOf(owner)]
  await db.put('keys', key, owner)
  await db.delete('wraps', pinOf(owner))
}

/**
 * Opens what is locked. Throws PIN_WRONG with the tries that are left, PIN_WAIT with the minutes to wait,
 * PIN_OVER where only the password helps.
 */
export async function openWithPin(owner: string, pin: string): Promise<void> {
  const [row, may] = await begin(owner, Date.now())
  if (!row) throw new Refusal('PIN_OVER')
  const key = may && (await open(row, await pinLock(pin, row.salt, row.device)).catch(() => null))
  if (key) {
    await put(owner, { ...row, wrong: 0, until: 0 })
    holdKey(owner, key)
    return
  }
  if (row.until) throw new Refusal('PIN_WAIT', { minutes: Math.ceil((row.until - row.latest) / 60_000) })
  throw new Refusal('PIN_WRONG', { left: MOST_TRIES - row.wrong })
}

/** The server has just said that this person is in: another 72 hours begin. */
export async function reached(owner: string): Promise<void> {
  const [row, now] = [await read(owner), Date.now()]
  if (row) await put(owner, { ...row, reached: now, latest: now })
}

/** Whether digits still help. A clock that runs backwards ends them as well. */
export async function isOver(owner: string): Promise<boolean> {
  const row = await read(owner)
  return row !== undefined && over(row, Date.now())
}

const over = ({ reached, latest }: Pin, now: number): boolean => now - reached > GOOD_FOR_MS || now < latest - SLACK_MS

/** A try counts before it is looked at, so that no killed page is a free one. */
async function begin(owner: string, now: number): Promise<[Pin | null, boolean]> {
  const turn = (await store()).transaction('wraps', 'readwrite')
  const row = (await turn.store.get(pinOf(owner))) as Pin | undefined
  if (!row || over(row, now)) return [null, false]
  const may = now >= row.until
  const wrong = may ? (row.wrong % MOST_TRIES) + 1 : row.wrong
  const until = may ? (wrong === MOST_TRIES ? now + WAIT_MS : 0) : row.until
  const counted = { ...row, wrong, until, latest: now }
  await turn.store.put(counted, pinOf(owner))
  await turn.done
  return [counted, may]
}

const read = async (owner: string): Promise<Pin | undefined> =>
  (await (await store()).get('wraps', pinOf(owner))) as Pin | undefined

const put = async (owner: string, row: Pin): Promise<void> => {
  await (await store()).put('wraps', row, pinOf(owner))
}

/** What opens the key: the digits, slowed down, and this phone together. */
async function pinLock(pin: string, salt: Uint8Array<ArrayBuffer>, device: CryptoKey): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits'])
  const slow = await crypto.subtle.deriveBits({ ...SLOW, salt }, typed, 256)
  const both = await crypto.subtle.sign('HMAC', device, slow)
  return crypto.subtle.importKey('raw', both, CIPHER, false, ['wrapKey', 'unwrapKey'])
}
