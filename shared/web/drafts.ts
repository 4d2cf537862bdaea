import { onScopeDispose, type Ref, ref } from 'vue'
import { seal, unseal } from './safe.ts'
import { session } from './session.ts'
import { plain, store } from './store.ts'

const EVERY_MS = 2_000

export interface Draft {
  /** True while a draft of an earlier visit waits to be taken up or dropped. */
  found: Readonly<Ref<boolean>>
  /** When the form was last saved on this phone. */
  savedAt: Readonly<Ref<Date | null>>
  resume(): void
  discard(): Promise<void>
  /** Forgets the draft, once what it held is on its way. */
  clear(): Promise<void>
}

export interface DraftParts<T> {
  /** The form's content now, or null while there is nothing worth keeping. Photos go in as blobs. */
  collect(): T | null
  restore(content: T): void
}

/** Saves a form each 2 s while it is open, and offers what an earlier visit left. */
export function useDraft<T>(name: string, { collect, restore }: DraftParts<T>): Draft {
  const owner = session.owner.value ?? ''
  const key = `${owner}/${name}`
  const found = ref(false)
  const savedAt = ref<Date | null>(null)
  let left: T | null = null
  let last = ''
  let over = false

  const ready = store().then(async (db) => {
    const draft = await db.get('drafts', key)
    left = draft ? await unseal<T>(owner, draft).catch(() => null) : null
    found.value = left !== null
  })

  /** An unanswered offer is not overwritten: the old draft stays until the person decides. */
  async function save(): Promise<void> {
    if (over || found.value) return
    const content = plain(collect())
    const print = fingerprint(content)
    if (content === null || print === last) return
    const sealed = await seal(owner, content)
    if (over && owner !== session.owner.value) return
    await (await store()).put('drafts', sealed, key)
    last = print
    savedAt.value = new Date()
  }

  async function forget(): Promise<void> {
    found.value = false
    left = null
    last = fingerprint(collect())
    savedAt.value = null
    await (await store()).delete('drafts', key)
  }

  let timer: ReturnType<typeof setInterval> | undefined
  void ready.then(
    () => {
      if (!over) timer = setInterval(() => void save(), EVERY_MS)
    },
    () => undefined, // no database in this browser: the form works, unsaved
  )
  onScopeDispose(() => {
    void save()
    over = true
    clearInterval(timer)
  })

  return {
    found,
    savedAt,
    resume() {
      if (left !== null) restore(left)
      found.value = false
    },
    discard: forget,
    async clear() {
      over = true
      await forget()
    },
  }
}

/** Blobs have no content in JSON; their ids and sizes tell one from another. */
const fingerprint = (content: unknown): string =>
  JSON.stringify(content, (_key, value: unknown) => (value instanceof Blob ? value.size : value)) ?? ''
