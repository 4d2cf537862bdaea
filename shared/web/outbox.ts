import { computed, type Ref, shallowRef, triggerRef } from 'vue'
import { appName } from './app-name.ts'
import { Offline, Refusal } from './failures.ts'
import { type Doc, graph } from './graph.ts'
import { uuid } from './ids.ts'
import { type Sealed, seal, unseal } from './safe.ts'
import { session } from './session.ts'
import { plain, store } from './store.ts'

/** waiting → sending → done; needs-you when the server refused and only the person can go on. */
export type OpState = 'waiting' | 'sending' | 'done' | 'needs-you'

export interface OpPhoto {
  id: string
  blob: Blob | null // let go once the server has it
  bytes: number
  sent: boolean
  /** How many of them the server had when it last said so. */
  arrived?: number
}

/** One act of the person, safe on the phone until the server has it. */
export interface Op {
  id: string
  /** Which document sends it; see `openOutbox`. */
  kind: string
  variables: Record<string, unknown>
  /** What the person calls it, for the list. */
  title: string
  /** Acts on the same subject are sent one after the other. */
  subject: string | null
  owner: string
  photos: OpPhoto[]
  createdAt: string
  state: OpState
  /** Share of the bytes that have arrived, in percent. */
  progress: number
  refusal: { code: string; params: Record<string, string | number>; field: string | undefined } | null
  /** What the server answered to a done act. */
  result: unknown
  doneAt: string | null
  /** Sent on the side, as a track is: not counted, not listed, forgotten once the server has it. */
  quiet?: boolean
  /** The words go first, and the photos after them: the server knows that they come. */
  ahead?: boolean
}

/** Whether the server has the act itself; photos that go after it may still be on their way. */
export const isTold = (op: Op): boolean => op.result !== null

export interface Sending {
  title: string
  /** Photos and voice notes, sent before the act itself unless that goes `ahead`. */
  photos?: readonly { id: string; blob: Blob }[]
  ahead?: boolean
  subject?: string
  /** The act's own id where the input carries one, so that list and server speak of the same thing. */
  id?: string
  quiet?: boolean
}

type Senders = Record<string, Doc<unknown, never>>

const RETRY_MS = 20_000
/** How long to wait for another tab's turn to end; a tab the system has put to sleep may never end it. */
const LOCK_MS = 5_000
/** Done acts stay in the list for a day; the server keeps them for good. */
const REMEMBER_DONE_MS = 24 * 60 * 60 * 1000
/** Share of the phone's storage above which the person is warned. */
const TIGHT = 0.8

const all = shallowRef<Op[]>([])
const storage = shallowRef<{ share: number; tight: boolean }>({ share: 0, tight: false })
const neighbours = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`sanwei-outbox-${appName}`)
/** What was read or written already, so that photos are not unsealed at every look. */
const opened = new Map<string, { print: string; op: Op }>()
let senders: Senders = {}
let flushing: Promise<void> | null = null
/** Set when more is to be sent than the sending under way knows of. */
let again = false
let lastMade = 0
/** Who waits to hear what the server says to an act. */
const waiting = new Map<string, () => void>()

const mine = computed(() => all.value.filter((op) => op.owner === session.owner.value))
const open = computed(() => mine.value.filter((op) => op.state !== 'done'))
const loud = computed(() => mine.value.filter((op) => !op.quiet))

/** Takes up what earlier visits left and sends it whenever the network is there. Call once, with a document per kind. */
export async function openOutbox(kinds: Senders): Promise<void> {
  senders = kinds
  await load()
  await forgetOldDone()
  neighbours?.addEventListener('message', () => void load())
  addEventListener('online', () => void outbox.flush())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void outbox.flush()
  })
  setInterval(() => void outbox.flush(), RETRY_MS)
  void outbox.flush()
}

export const outbox = {
  /** This person's acts, oldest first. */
  ops: loud as Readonly<Ref<readonly Op[]>>,
  /** How many are not on the server yet. */
  pending: computed(() => open.value.filter((op) => !op.quiet).length),
  storage: storage as Readonly<Ref<{ share: number; tight: boolean }>>,

  /**
   * Stores an act on the phone, then tries to send it.
   * Resolves with the act as it stands after the first try: told, done, needs-you, or waiting for network.
   */
  async send(
    kind: string,
    variables: Record<string, unknown>,
    { title, photos = [], subject, id, quiet = false, ahead = false }: Sending,
  ): Promise<Op> {
    const op: Op = {
      id: id ?? uuid(),
      kind,
      variables: plain(variables),
      title,
      subject: subject ?? null,
      owner: session.owner.value ?? '',
      photos: photos.map((photo) => ({ id: photo.id, blob: photo.blob, bytes: photo.blob.size, sent: false })),
      createdAt: afterAllOthers(),
      state: 'waiting',
      progress: 0,
      refusal: null,
      result: null,
      doneAt: null,
      ...(quiet ? { quiet } : {}),
      ...(ahead && photos.length ? { ahead } : {}),
    }
    await save(op)
    void watchStorage()
    await tried(op.id)
    return all.value.find((known) => known.id === op.id) ?? op
  },

  /** Sends everything that waits, in order. Only one tab of a device sends at a time. */
  flush(): Promise<void> {
    again = true
    flushing ??= sendUntilDone()
    return flushing
  },

  /** Tries a refused act again, with what the person changed. */
  async retry(id: string, variables?: Record<string, unknown>): Promise<void> {
    await load()
    const op = all.value.find((known) => known.id === id)
    if (!op || op.state === 'done') return
    await save({ ...op, variables: plain(variables ?? op.variables), state: 'waiting', refusal: null })
    await tried(id)
  },

  /** Deletes an act for good; only ever called by the person. */
  async discard(id: string): Promise<void> {
    await (await database())?.delete('outbox', id)
    all.value = all.value.filter((op) => op.id !== id)
    neighbours?.postMessage(id)
  },
}

/** The time of a new act: never that of another one, because the order of acts is the order of their times. */
function afterAllOthers(): string {
  lastMade = Math.max(Date.now(), lastMade + 1, ...all.value.map(({ createdAt }) => Date.parse(createdAt) + 1))
  return new Date(lastMade).toISOString()
}

/** Sends what waits, and comes back as soon as this act has its answer. */
async function tried(id: string): Promise<void> {
  const answer = new Promise<void>((done) => waiting.set(id, done))
  await Promise.race([outbox.flush(), answer])
  waiting.delete(id)
}

async function sendUntilDone(): Promise<void> {
  try {
    while (again) {
      again = false
      await exclusively(sendAll)
    }
  } finally {
    flushing = null
  }
}

/** The words of all first: on a thin line nobody's report waits for somebody's megabytes. */
async function sendAll(): Promise<void> {
  await load()
  const failed = new Set<string>() // once is enough
  const once =
    (send: Send): Send =>
    async (op) => {
      const now = failed.has(op.id) ? op : await send(op)
      if (now && now !== op && now.state === 'waiting') failed.add(op.id)
      return now
    }
  if (await inOrder(once(sendWords))) await inOrder(once(sendOne))
}

type Send = (op: Op) => Promise<Op | null>

/** False as soon as nothing answers. */
async function inOrder(send: Send): Promise<boolean> {
  const held = new Set<string>()
  for (const op of open.value) {
    if (op.subject && held.has(op.subject)) continue
    const now = op.state === 'needs-you' ? op : await send(op)
    if (!now) return false
    if (now.subject && now.state !== 'done' && !isTold(now)) held.add(now.subject)
  }
  return true
}

const sendWords: Send = async (op) => {
  if (!op.photos.length) return sendOne(op)
  return op.ahead && !isTold(op) ? trying(op, tell) : op
}

/** Sends the photos that are missing, then the act where it is not told yet. */
const sendOne: Send = (op) =>
  trying(op, async (now) => {
    const told = now.ahead ? await tell(now) : now
    const { photos, ...whole } = await tell(await sendPhotos(told))
    if (now.quiet) {
      await outbox.discard(now.id)
      return { ...whole, photos, state: 'done' }
    }
    const bare = photos.map((photo) => ({ ...photo, blob: null }))
    return save({ ...whole, photos: bare, state: 'done', progress: 100, doneAt: new Date().toISOString() })
  })

/** Every step is stored, so a killed page goes on where it was. Null when nothing answers. */
async function trying(op: Op, send: (now: Op) => Promise<Op>): Promise<Op | null> {
  if (!senders[op.kind]) return op
  try {
    return await send(await save({ ...op, state: 'sending' }))
  } catch (failure) {
    const now = all.value.find(({ id }) => id === op.id) ?? op
    if (failure instanceof Refusal && failure.code !== 'UNAUTHENTICATED' && failure.code !== 'NO_SESSION') {
      const { code, params, field } = failure
      if (now.quiet) {
        await outbox.discard(now.id) // nobody could mend it
        return { ...now, state: 'done' }
      }
      return save({ ...now, state: 'needs-you', refusal: { code, params, field } })
    }
    const left = await save({ ...now, state: 'waiting' })
    return failure instanceof Offline ? null : left
  }
}

/** The act itself, once. */
async function tell(op: Op): Promise<Op> {
  if (isTold(op)) return op
  const result = await graph(senders[op.kind] as Doc<unknown, never>, op.variables as never)
  return op.quiet ? { ...op, result } : save({ ...op, result })
}

async function sendPhotos(op: Op): Promise<Op> {
  let now = op
  const { upload } = await import('./upload.ts')
  for (const photo of op.photos.filter(({ sent }) => !sent)) {
    const note = async (change: Partial<OpPhoto>): Promise<void> => {
      const photos = now.photos.map((one) => (one.id === photo.id ? { ...one, ...change } : one))
      now = await save({ ...now, photos, progress: progressOf(photos) })
      if (again) await inOrder(sendWords) // what was written meanwhile does not wait for this photo
    }
    if (photo.blob) await upload(photo.id, photo.blob, photo.arrived !== undefined, (arrived) => note({ arrived }))
    await note({ sent: true, ...(isTold(now) ? { blob: null } : {}) }) // else a refused act needs it again
  }
  return now
}

/** The act itself counts as much as a kilobyte of photo. */
function progressOf(photos: readonly OpPhoto[]): number {
  const all = photos.reduce((sum, { bytes }) => sum + bytes, 0)
  const there = photos.reduce((sum, { bytes, sent, arrived = 0 }) => sum + (sent ? bytes : arrived), 0)
  return Math.round((100 * there) / (all + 1024))
}

/** Where the browser has no database, or cannot seal what goes into it, acts live as long as the page. */
const database = async () => (globalThis.crypto?.subtle ? store().catch(() => null) : null)

async function save(op: Op): Promise<Op> {
  const db = await database()
  const { id, owner, state } = op
  if (db) {
    const sealed = await seal(owner, plain(op))
    await db.put('outbox', { id, owner, done: state === 'done', ...sealed })
    opened.set(id, { print: sealed.iv.join(), op })
  }
  const ops = all.value
  const at = ops.findIndex((known) => known.id === op.id)
  if (at < 0) ops.push(op)
  else ops[at] = op
  triggerRef(all)
  neighbours?.postMessage(op.id)
  if (state === 'done' || state === 'needs-you' || (op.ahead && isTold(op))) waiting.get(id)?.()
  return op
}

async function load(): Promise<void> {
  const rows = await (await database())?.getAll('outbox')
  if (!rows) return
  const mine = rows.filter(({ owner }) => owner === session.owner.value)
  const ops = await Promise.all(mine.map(read))
  all.value = ops.filter((op) => op !== null).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
}

/** An act as it stands in the database; null for one whose key is gone. */
async function read(row: Sealed & { id: string; owner: string }): Promise<Op | null> {
  const print = row.iv.join()
  const known = opened.get(row.id)
  if (known?.print === print) return known.op
  const op = await unseal<Op>(row.owner, row).catch(() => null)
  if (op) opened.set(row.id, { print, op })
  return op
}

async function forgetOldDone(): Promise<void> {
  const old = Date.now() - REMEMBER_DONE_MS
  for (const op of all.value.filter(({ doneAt }) => doneAt && Date.parse(doneAt) < old)) await outbox.discard(op.id)
}

/** Runs where no other tab does; a browser without locks relies on the server knowing each act's id. */
async function exclusively(run: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return run()
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), LOCK_MS)
  const sending = navigator.locks.request(`sanwei-outbox-${appName}`, { signal: patience.signal }, () => {
    clearTimeout(timer)
    return run()
  })
  await sending.catch((failure: unknown) => {
    if (!patience.signal.aborted) throw failure
  })
}

/** Asks the browser once not to clear the phone's copy by itself, and says when room runs short. */
async function watchStorage(): Promise<void> {
  await navigator.storage?.persist?.()
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {}
  const share = quota ? usage / quota : 0
  storage.value = { share, tight: share > TIGHT }
}
