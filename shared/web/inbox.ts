import { onScopeDispose, ref, watch } from 'vue'
import { follow } from './follow.ts'
import { type Doc, graph } from './graph.ts'
import { t } from './i18n.ts'
import type { Feed } from './live/row.ts'
import { session } from './session.ts'

/** What a person is told, as every app's schema has it. */
export interface Notice {
  id: string
  at: string
  key: string
  stage: string
  subjectKind: string
  subjectId: string
  no: string
  title: string
  urgent: boolean
  readAt?: string | null
  unit?: { name: string } | null
}

interface Told {
  liveNotices: { cursor: string; verb: string; notice?: Notice | null }
}

/** One app's documents, and where a tap on a notice leads. */
export interface InboxParts {
  list: Doc<{ notices: { next?: string | null; items: Notice[] } }, { after?: string | null }>
  unread: Doc<{ unreadNotices: number }, Record<string, never>>
  read: Doc<{ readNotices: number }, { ids: string[] }>
  readAll: Doc<{ readAllNotices: number }, Record<string, never>>
  live: Doc<Told, { since?: string | null }>
  opens(notice: Notice): string
}

/** How many notices wait to be read; null until the server has said so. */
export const unread = ref<number | null>(null)

/** A notice changes once: when it is read. */
export const asRow = (notice: Notice): Notice & { version: number } => ({ ...notice, version: notice.readAt ? 2 : 1 })

export const feedOf = (parts: InboxParts): Feed<Notice & { version: number }> => ({
  doc: parts.live,
  event: ({ liveNotices: { cursor, verb, notice } }: Told) => ({
    cursor,
    verb,
    id: notice?.id ?? null,
    row: notice ? asRow(notice) : null,
  }),
})

/** What happened, in a sentence. */
export const told = ({ key, stage, unit }: Notice): string =>
  t(`notice.${key}`, { clock: stage && t(`clock.${stage}`), unit: unit?.name ?? t('notice.noUnit') })

/** Keeps `unread` true while somebody is signed in; call it once, in the app's root. */
export function watchInbox(parts: InboxParts): void {
  let stop: (() => void) | undefined
  const count = async (): Promise<void> => {
    try {
      unread.value = (await graph(parts.unread as Doc<{ unreadNotices: number }, object>, {})).unreadNotices
    } catch {
      // it stays what it was; the next event or the next visit asks again
    }
  }
  watch(
    session.state,
    (state) => {
      stop?.()
      stop = undefined
      unread.value = null
      if (state !== 'in') return
      stop = follow(parts.live, {}, { cursor: (data) => data.liveNotices.cursor, event: count, poll: count })
      void count()
    },
    { immediate: true },
  )
  onScopeDispose(() => stop?.())
}
