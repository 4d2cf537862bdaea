import { onScopeDispose, type Ref, readonly, ref, shallowRef, watch } from 'vue'
import { keep, kept } from './cache.ts'
import { t } from './i18n.ts'
import { listen } from './live/feed.ts'
import type { Feed, LiveRow } from './live/row.ts'
import { type ListPage, type RowRules, rowSet } from './live/row-set.ts'
import { announce } from './toast.ts'

export type { Feed, LiveRow, RowEvent } from './live/row.ts'
export type { ListPage } from './live/row-set.ts'

export interface LiveListParts<R extends LiveRow> extends RowRules<R> {
  /** One page of the list, the first when `after` is null. */
  read(after: string | null): Promise<ListPage<R>>
  feed?: Feed<R>
  /** When this changes, the list is another one and is read anew. */
  source?: () => unknown
  /** Keeps the first page on the phone under this name, to be painted before the network answers. */
  keepAs?: () => string
}

export interface LiveList<R> {
  rows: Readonly<Ref<readonly R[]>>
  /** How many new rows wait to be let in. */
  waiting: Readonly<Ref<number>>
  /** Lets the waiting rows in. */
  show(): void
  /** Ids of rows that changed a moment ago. */
  changed: ReadonlySet<string>
  total: Readonly<Ref<number>>
  more: Readonly<Ref<boolean>>
  busy: Readonly<Ref<boolean>>
  loadMore(): Promise<void>
  state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  error: Readonly<Ref<unknown>>
  reload(): Promise<void>
  /** Takes in the answer to this person's own act, at once. */
  put(row: R): void
  /** Takes out a row by this person's own act, at once. */
  drop(id: string): void
}

/** A list that stays true while it is looked at, and never moves under a finger. */
export function useLiveList<R extends LiveRow>(parts: LiveListParts<R>): LiveList<R> {
  const set = rowSet<R>(parts)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>(null)
  const next = shallowRef<string | null>(null)
  const [more, busy] = [ref(false), ref(false)]
  /** Numbers the readings; the answer to an earlier one is dropped. */
  let reading = 0
  let over = false

  function turn(page: ListPage<R>): void {
    next.value = page.next ?? null
    more.value = next.value !== null
  }

  async function read(take: (page: ListPage<R>) => void): Promise<void> {
    const mine = ++reading
    try {
      const page = await parts.read(null)
      if (mine !== reading || over) return
      take(page)
      error.value = null
      state.value = 'ready'
      if (parts.keepAs) void keep(parts.keepAs(), page)
    } catch (failure) {
      if (mine !== reading || over) return
      error.value = failure
      state.value = set.rows.value.length ? 'ready' : 'failed'
    }
  }

  /** What is shown stays until the answer is here, "nothing yet" too. */
  const reload = (): Promise<void> => {
    if (state.value !== 'ready') state.value = 'loading'
    return read((page) => {
      set.fill(page)
      turn(page)
    })
  }

  async function loadMore(): Promise<void> {
    if (busy.value || next.value === null) return
    const mine = reading
    busy.value = true
    try {
      const page = await parts.read(next.value)
      if (mine !== reading || over) return
      set.append(page)
      turn(page)
    } catch (failure) {
      error.value = failure
    } finally {
      busy.value = false
    }
  }

  async function paintKept(): Promise<void> {
    const old = parts.keepAs && (await kept<ListPage<R>>(parts.keepAs()))
    if (!old || state.value !== 'loading') return
    set.fill(old.data)
    state.value = 'ready'
  }

  const listening = listen<R>(parts.feed, {
    hear(event) {
      if (set.hear(event)) announce(t('list.new', { n: set.waiting.value }))
    },
    missed: () => (set.rows.value.length ? read(set.mend) : reload()), // an empty list has nothing that could move
  })

  void paintKept()
  void listening.ready.then(() => (over ? undefined : reload()))

  if (parts.source) {
    watch(parts.source, () => {
      set.clear()
      state.value = 'loading'
      void reload()
      void paintKept()
    })
  }
  onScopeDispose(() => {
    over = true
    listening.stop()
    set.stop()
  })

  return {
    rows: set.rows,
    waiting: set.waiting,
    show: set.show,
    changed: set.changed,
    total: readonly(set.total),
    more: readonly(more),
    busy: readonly(busy),
    loadMore,
    state: readonly(state),
    error,
    reload,
    put: set.put,
    drop: (id) => set.drop([id]),
  }
}
