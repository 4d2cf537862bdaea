import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { toRaw } from 'vue'
import { appName } from './app-name.ts'
import type { Pin } from './pin.ts'
import type { Sealed, Wrapped } from './safe.ts'

interface Schema extends DBSchema {
  outbox: { key: string; value: Sealed & { id: string; owner: string; done: boolean } }
  drafts: { key: string; value: Sealed }
  answers: { key: string; value: Sealed }
  /** Of whoever is signed in: it cannot be taken out, and is gone after logout. */
  keys: { key: string; value: CryptoKey }
  /** The same keys, to be opened by the password alone, or on this phone by six digits. */
  wraps: { key: string; value: Wrapped | Pin }
}

let opened: Promise<IDBPDatabase<Schema>> | undefined

/** This app's own database on the phone: what waits to be sent, what is half written, what was read last. */
export async function store(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(`sanwei-${appName}`, 2, {
    upgrade(db) {
      for (const old of Array.from(db.objectStoreNames)) db.deleteObjectStore(old) // it was not sealed
      db.createObjectStore('outbox', { keyPath: 'id' })
      db.createObjectStore('drafts')
      db.createObjectStore('answers')
      db.createObjectStore('keys')
      db.createObjectStore('wraps')
    },
    terminated() {
      opened = undefined
    },
  })
  return opened
}

/** Lets go of everything on this phone: unsent acts, drafts, answers. */
export async function forgetAll(): Promise<void> {
  const db = await store().catch(() => null)
  if (db) await Promise.all((['outbox', 'drafts', 'answers'] as const).map((name) => db.clear(name)))
}

/** The value without Vue's proxies, which IndexedDB cannot copy. */
export function plain<T>(value: T): T {
  const raw: unknown = toRaw(value)
  if (Array.isArray(raw)) return raw.map(plain) as T
  if (raw === null || typeof raw !== 'object' || Object.getPrototypeOf(raw) !== Object.prototype) return raw as T
  return Object.fromEntries(Object.entries(raw as object).map(([name, part]) => [name, plain(part)])) as T
}
