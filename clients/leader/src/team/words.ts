import { figureText } from '@sanwei/web/count'
import { t } from '@sanwei/web/i18n'
import type { PatrolCoverageQuery } from '../gql/graphql'

export type Covered = PatrolCoverageQuery['patrolCoverage'][number]

/** What asks for attention first: the least walked, then where nothing was planned. */
export const leastFirst = (rows: readonly Covered[]): Covered[] =>
  [...rows].sort((a, b) => (a.percent ?? 101) - (b.percent ?? 101) || b.missed - a.missed)

/** The page's title in a sentence: how much was walked, who is out now. */
export function findingOf(rows: readonly Covered[]): string {
  const sum = (of: (row: Covered) => number): number => rows.reduce((all, row) => all + of(row), 0)
  const [visited, required] = [sum((row) => row.visited), sum((row) => row.required)]
  const out = t('team.out', { onDuty: sum((row) => row.onDuty), officers: sum((row) => row.officers) })
  if (!required) return `${t('team.nothing')}${out}`
  const percent = figureText((100 * visited) / required)
  return `${t('team.walked', { visited, required, percent })}${out}`
}

/** Where a share stands on the ramp of five, darker for less; 0 = nothing to say. */
export const stepOf = (percent: number | null): number =>
  percent === null ? 0 : Math.min(5, 1 + Math.floor((100 - percent) / 20))
