import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { toRaw } from 'vue'
import { appName } from './app-name.ts'
import type { Op } from './outbox.ts'

interface Schema extends DBSchema {
  outbox: { key: string; value: Op }
  drafts: { key: string; value: { at: string; content: unknown } }
  answers: { key: string; value: { at: string; data: unknown } }
}

let opened: Promise<IDBPDatabase<Schema>> | undefined

/** This app's own database on the phone: what waits to be sent, what is half written, what was read last. */
export async function store(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(`sanwei-${appName}`, 1, {
    upgrade(db) {
      db.createObjectStore('outbox', { keyPath: 'id' })
      db.createObjectStore('drafts')
      db.createObjectStore('answers')
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
