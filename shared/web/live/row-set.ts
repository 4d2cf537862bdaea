import { computed, type Ref, reactive, shallowRef } from 'vue'
import { type Calm, whenCalm } from './calm.ts'
import { type LiveRow, newer, type RowEvent, TINT_MS } from './row.ts'

export interface ListPage<R> {
  items: readonly R[]
  next?: string | null | undefined
  total: number
}

export interface RowRules<R> {
  /** Whether a row is of this list, by what the server says in it. */
  belongs(row: R): boolean
  /** Where rows stand among each other; without it new rows go on top. */
  compare?: ((a: R, b: R) => number) | undefined
}

/** The rows on the screen and those that wait to be let in. Nothing moves by itself while a hand is at the screen. */
export interface RowSet<R> {
  rows: Readonly<Ref<readonly R[]>>
  waiting: Readonly<Ref<number>>
  total: Ref<number>
  /** Ids of rows that changed a moment ago. */
  changed: ReadonlySet<string>
  /** Takes in an event; true when one more row waits now. */
  hear(event: RowEvent<R>): boolean
  /** Lets the waiting rows in. */
  show(): void
  /** Makes a page the list. */
  fill(page: ListPage<R>): void
  /** Merges a fresh reading of the first page without moving anything. */
  mend(page: ListPage<R>): void
  append(page: ListPage<R>): void
  put(row: R): void
  drop(ids: Iterable<string>): void
  clear(): void
  stop(): void
}

export function rowSet<R extends LiveRow>({ belongs, compare }: RowRules<R>): RowSet<R> {
  const rows = shallowRef<readonly R[]>([])
  const fresh = shallowRef<ReadonlyMap<string, R>>(new Map())
  const total = shallowRef(0)
  const changed = reactive(new Set<string>())
  const leaving = new Set<string>()
  const calm: Calm = whenCalm(() => drop(leaving))

  const shown = (id: string): R | undefined => rows.value.find((row) => row.id === id)
  const sorted = (list: readonly R[]): readonly R[] => (compare ? [...list].sort(compare) : list)

  function drop(ids: Iterable<string>): void {
    const gone = new Set(ids)
    const left = rows.value.filter(({ id }) => !gone.has(id))
    total.value = Math.max(0, total.value - (rows.value.length - left.length))
    rows.value = left
    forget(gone)
    for (const id of gone) leaving.delete(id)
  }

  function forget(ids: Iterable<string>): void {
    const rest = new Map(fresh.value)
    for (const id of ids) rest.delete(id)
    if (rest.size !== fresh.value.size) fresh.value = rest
  }

  /** A row that left stays where it is, showing its new state, until it can go without moving the others. */
  function leave(id: string): void {
    forget([id])
    if (!shown(id)) return
    leaving.add(id)
    calm.soon()
  }

  function replace(known: R, row: R): void {
    const kept = newer(known, row)
    if (kept === known) return
    rows.value = rows.value.map((one) => (one.id === row.id ? kept : one))
    if (kept.version > known.version) tint(row.id)
  }

  function tint(id: string): void {
    changed.add(id)
    setTimeout(() => changed.delete(id), TINT_MS)
  }

  function hear({ row, id }: RowEvent<R>): boolean {
    if (!row) {
      if (id) leave(id)
      return false
    }
    const known = shown(row.id) ?? fresh.value.get(row.id)
    if (known && known.version > row.version) return false
    if (!belongs(row)) {
      if (known) replace(known, row)
      leave(row.id)
      return false
    }
    leaving.delete(row.id)
    if (shown(row.id)) {
      replace(known as R, row)
      return false
    }
    fresh.value = new Map(fresh.value).set(row.id, row)
    return known === undefined
  }

  return {
    rows,
    waiting: computed(() => fresh.value.size),
    total,
    changed,
    hear,
    show() {
      const come = [...fresh.value.values()]
      fresh.value = new Map()
      drop(leaving)
      total.value += come.length
      rows.value = sorted([...come, ...rows.value])
      for (const { id } of come) tint(id)
    },
    fill(page) {
      const known = new Map([...rows.value, ...fresh.value.values()].map((row) => [row.id, row]))
      rows.value = page.items.map((row) => newer(known.get(row.id), row)).filter(belongs)
      total.value = page.total
      fresh.value = new Map()
      leaving.clear()
    },
    mend(page) {
      for (const row of page.items) hear({ cursor: '', verb: '', row })
      const here = new Set(page.items.map(({ id }) => id))
      // only a list read to its end tells which rows are gone
      if (!page.next) for (const { id } of rows.value) if (!here.has(id)) leave(id)
    },
    append(page) {
      const come = page.items.filter(({ id }) => !shown(id))
      forget(come.map(({ id }) => id))
      rows.value = [...rows.value, ...come]
      total.value = page.total
    },
    put(row) {
      leaving.delete(row.id)
      const known = shown(row.id)
      if (!belongs(row)) return drop([row.id])
      if (known) return replace(known, row)
      forget([row.id])
      total.value++
      rows.value = sorted([row, ...rows.value])
    },
    drop,
    clear() {
      rows.value = []
      fresh.value = new Map()
      leaving.clear()
      total.value = 0
    },
    stop: () => calm.stop(),
  }
}
