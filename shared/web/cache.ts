import { seal, unseal } from './safe.ts'
import { session } from './session.ts'
import { plain, store } from './store.ts'

/** One person's answers are never shown to another on the same device. */
const owner = (): string => session.owner.value ?? ''
const keyFor = (name: string): string => `${owner()}/${name}`

/** The last answer kept under this name, or undefined. Kept answers are for reading only. */
export async function kept<T>(name: string): Promise<{ at: string; data: T } | undefined> {
  try {
    const found = await (await store()).get('answers', keyFor(name))
    return found && (await unseal<{ at: string; data: T }>(owner(), found))
  } catch {
    return undefined // no database in this browser, or nothing can be sealed: nothing is kept
  }
}

/** Keeps an answer for the next visit, or for a moment without network. */
export async function keep(name: string, data: unknown): Promise<void> {
  const [who, key] = [owner(), keyFor(name)]
  if (!who) return
  try {
    const sealed = await seal(who, { at: new Date().toISOString(), data: plain(data) })
    if (who === owner()) await (await store()).put('answers', sealed, key)
  } catch {
    // full or forbidden storage costs the cache, never the answer
  }
}

/** Lets go of everything kept, as when somebody goes on in another post. */
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
