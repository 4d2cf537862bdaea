import type { Doc } from '../graph.ts'

/** What a live row must carry: who it is, and which of two copies is newer. */
export interface LiveRow {
  id: string
  version: number
}

/** News of one row as the server tells it: `row` null means it is no longer this person's. */
export interface RowEvent<R> {
  cursor: string
  verb: string
  id?: string | null | undefined
  row?: R | null | undefined
}

/** Where a list or a page hears of changes. */
// biome-ignore lint/suspicious/noExplicitAny: the caller's document names the type
export interface Feed<R, T = any, V extends object = any> {
  doc: Doc<T, V>
  variables?: V
  event(data: T): RowEvent<R>
}

/** How long a changed row stays tinted. */
export const TINT_MS = 1_200

/** Of two copies of a row, the newer; of equals the one that came later, which may know a later clock. */
export const newer = <R extends LiveRow>(known: R | undefined, come: R): R =>
  known && known.version > come.version ? known : come

/** The first word of every feed: from here on nothing is missed. */
export const READY = 'ready'
