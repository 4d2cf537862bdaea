import { span } from '@sanwei/web/time'
import type { CaseClockFragment } from '../gql/graphql'

/** How much of its time a clock has used at `now` (or when it stopped), in percent: 0…100. */
export function usedShare(
  { startedAt, dueAt, originalDueAt, stoppedAt, pausedAt }: CaseClockFragment,
  now: Date,
): number {
  const from = Date.parse(startedAt)
  const whole = Date.parse(dueAt ?? originalDueAt) - from
  const used = Date.parse(stoppedAt ?? pausedAt ?? now.toISOString()) - from
  return whole > 0 ? Math.round(100 * Math.min(1, Math.max(0, used / whole))) : 100
}

/** 40分: from the start of a clock to its end. */
export const ranFor = ({ startedAt, stoppedAt }: CaseClockFragment): string =>
  stoppedAt ? span(Date.parse(stoppedAt) - Date.parse(startedAt)) : ''

export const newestFirst = (a: CaseClockFragment, b: CaseClockFragment): number =>
  Date.parse(b.startedAt) - Date.parse(a.startedAt)
