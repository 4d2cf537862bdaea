import { session } from './session.ts'
import { plain, store } from './store.ts'

/** One person's answers are never shown to another on the same device. */
const keyFor = (name: string): string => `${session.owner.value ?? ''}/${name}`

/** The last answer kept under this name, or undefined. Kept answers are for reading only. */
export async function kept<T>(name: string): Promise<{ at: string; data: T } | undefined> {
  const found = await store().then(
    (db) => db.get('answers', keyFor(name)),
    () => undefined, // no database in this browser: nothing is kept
  )
  return found as { at: string; data: T } | undefined
}

/** Keeps an answer for the next visit, or for a moment without network. */
export async function keep(name: string, data: unknown): Promise<void> {
  await store()
    .then((db) => db.put('answers', { at: new Date().toISOString(), data: plain(data) }, keyFor(name)))
    .catch(() => undefined) // full or forbidden storage costs the cache, never the answer
}

/** Lets go of everything kept, as when a person leaves. */
export async function forgetAnswers(): Promise<void> {
  await store()
    .then((db) => db.clear('answers'))
    .catch(() => undefined) // no database, nothing kept
}

/** Gives the kept answer at once (`fresh` false) and the network's when it comes. Throws what `ask` throws. */
export async function cached<T>(
  name: string,
  ask: () => Promise<T>,
  give: (data: T, fresh: boolean) => void,
): Promise<void> {
  let answered = false
  void kept<T>(name).then((old) => {
    if (old && !answered) give(old.data, false)
  })
  const data = await ask()
  answered = true
  give(data, true)
  await keep(name, data)
}
