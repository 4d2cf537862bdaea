import { onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef, watch } from 'vue'
import { keep, kept } from './cache.ts'
import { listen } from './live/feed.ts'
import { type Feed, type LiveRow, newer, TINT_MS } from './live/row.ts'

export interface LiveOneParts<R extends LiveRow> {
  id: () => string
  read(id: string): Promise<R>
  feed?: Feed<R>
  /** Keeps the row on the phone under this name. */
  keepAs?: (id: string) => string
}

export interface LiveOne<R> {
  row: Readonly<Ref<R | null>>
  /** True for a moment after the row changed by somebody else. */
  changed: Readonly<Ref<boolean>>
  /** True once the row is no longer this person's to see. */
  gone: Readonly<Ref<boolean>>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
  /** Takes in the answer to this person's own act. */
  put(row: R): void
}

/** One case on the screen, kept as new as the server has it. */
export function useLiveOne<R extends LiveRow>(parts: LiveOneParts<R>): LiveOne<R> {
  const row: ShallowRef<R | null> = shallowRef(null)
  const [changed, gone] = [ref(false), ref(false)]
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)
  let reading = 0
  let over = false

  function put(come: R): void {
    if (come.id !== parts.id()) return
    row.value = newer(row.value?.id === come.id ? row.value : undefined, come)
    state.value = 'ready'
    gone.value = false
    if (parts.keepAs) void keep(parts.keepAs(come.id), row.value)
  }

  function tint(): void {
    changed.value = true
    setTimeout(() => {
      changed.value = false
    }, TINT_MS)
  }

  async function reload(): Promise<void> {
    const mine = ++reading
    if (!row.value) state.value = 'loading'
    try {
      const come = await parts.read(parts.id())
      if (mine !== reading || over) return
      error.value = null
      put(come)
    } catch (failure) {
      if (mine !== reading || over) return
      error.value = failure
      state.value = row.value ? 'ready' : 'failed'
    }
  }

  async function paintKept(): Promise<void> {
    const old = parts.keepAs && (await kept<R>(parts.keepAs(parts.id())))
    if (!old || row.value || old.data.id !== parts.id()) return
    row.value = old.data
    state.value = 'ready'
  }

  const listening = listen<R>(parts.feed, {
    hear({ id, row: come }) {
      if (come && come.id === parts.id()) {
        const before = row.value?.version
        put(come)
        if (before !== undefined && come.version > before) tint()
      } else if (id === parts.id() && !come) {
        gone.value = true
      }
    },
    missed: reload,
  })

  void paintKept()
  void listening.ready.then(() => (over ? undefined : reload()))
  watch(parts.id, () => {
    row.value = null
    void reload()
    void paintKept()
  })
  onScopeDispose(() => {
    over = true
    listening.stop()
  })

  return { row, changed: readonly(changed), gone: readonly(gone), state: readonly(state), error, reload, put }
}
