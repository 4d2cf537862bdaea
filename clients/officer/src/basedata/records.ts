import { keep, kept } from '@sanwei/web/cache'
import { graph, Offline } from '@sanwei/web/graph'
import { outbox } from '@sanwei/web/outbox'
import {
  type BaseKind,
  BaseRecordsDocument,
  type BaseRecordsQuery,
  type BaseRowFragment,
  BaseSheetDocument,
  type BaseSheetQuery,
} from '../gql/graphql'

export type Row = BaseRowFragment
export type Sheet = BaseSheetQuery['baseSheet']
export interface Asked {
  kinds: readonly BaseKind[]
  search: string
  due: boolean
}

export const KINDS: readonly BaseKind[] = ['BUILDING', 'ROOM', 'RESIDENT', 'ORGANISATION', 'FACILITY']
const KEEP_AS = 'base'
const MOST_PAGES = 60

/** Everything of one's own grid that this phone has, for where there is no network. */
export const along = async (): Promise<readonly Row[]> => (await kept<Row[]>(KEEP_AS))?.data ?? []

let taking: Promise<void> | null = null

/** Takes one's own grid along, page by page. */
export function takeAlong(): Promise<void> {
  taking ??= fetchAll().finally(() => {
    taking = null
  })
  return taking
}

async function fetchAll(): Promise<void> {
  const rows: Row[] = []
  let after: string | null = null
  for (let n = 0; n < MOST_PAGES; n++) {
    const page: BaseRecordsQuery = await graph(BaseRecordsDocument, {
      kinds: [...KINDS],
      search: '',
      due: false,
      after,
    })
    rows.push(...page.baseRecords.items)
    after = page.baseRecords.next ?? null
    if (!after) break
  }
  await keep(KEEP_AS, rows)
}

/** A page of the list; without network what was taken along, by address, name or code. */
export async function find(
  asked: Asked,
  after: string | null,
): Promise<{ items: readonly Row[]; next: string | null }> {
  try {
    const { baseRecords } = await graph(BaseRecordsDocument, { ...asked, kinds: [...asked.kinds], after })
    return { items: baseRecords.items, next: baseRecords.next ?? null }
  } catch (failure) {
    const rows = failure instanceof Offline ? await along() : []
    if (!rows.length) throw failure
    const words = asked.search.toUpperCase()
    const fits = ({ kind, due, address, title, code }: Row): boolean =>
      asked.kinds.includes(kind) &&
      (!asked.due || due) &&
      [address, kind === 'RESIDENT' ? '' : title, code].some((text) => text.toUpperCase().includes(words))
    return { items: rows.filter(fits), next: null }
  }
}

/** The form of a kind; without network the one this phone has. */
export async function sheetOf(kind: BaseKind): Promise<Sheet> {
  const name = `base sheet ${kind}`
  try {
    const { baseSheet } = await graph(BaseSheetDocument, { kind })
    await keep(name, baseSheet)
    return baseSheet
  } catch (failure) {
    const copy = failure instanceof Offline ? await kept<Sheet>(name) : undefined
    if (!copy) throw failure
    return copy.data
  }
}

/** What of a record waits on this phone. */
export const waitingFor = (id: string) => outbox.ops.value.filter((op) => op.subject === id && op.state !== 'done')
