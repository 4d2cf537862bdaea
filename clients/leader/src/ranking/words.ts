import { t } from '@sanwei/web/i18n'
import type { RankingQuery, RankingRowFragment } from '../gql/graphql'

export type Ranking = RankingQuery['ranking']

/** 92–96 */
export const span = (low: number | null, high: number | null): string =>
  low === null || high === null ? '' : `${Math.round(low * 100)}–${Math.round(high * 100)}`

export const nameOf = ({ key, unit, area }: RankingRowFragment): string => unit?.name ?? area?.name ?? key

/** 比前 30 天高 2.1 个百分点 */
export function trend({ share, before }: RankingRowFragment): string {
  if (share === null || before === null) return ''
  const points = Math.round((share - before) * 1000) / 10
  if (!points) return t('ranking.trend.same')
  return t(points > 0 ? 'ranking.trend.up' : 'ranking.trend.down', { points: Math.abs(points) })
}

/** The finding in a sentence: who clearly differs, and that nobody else does. */
export function findingOf({ rows }: Ranking): { said: string; rest: string } {
  const named = (band: string): string[] => rows.filter((row) => row.band === band).map(nameOf)
  const groups = [named('BETTER'), named('WORSE')].map((names) =>
    names.length > 2 ? t('ranking.many', { n: names.length }) : names.join(t('ranking.and')),
  )
  const [better, worse] = groups
  const clauses = [better && t('ranking.better', { who: better }), worse && t('ranking.worse', { who: worse })]
  const said = clauses.filter(Boolean).join(t('ranking.comma'))
  const ranked = rows.filter((row) => row.band !== 'FEW')
  if (!ranked.length) return { said: t('ranking.noneRanked'), rest: '' }
  if (!said) return { said: t('ranking.allAlike'), rest: '' }
  return { said: `${said}${t('ranking.stop')}`, rest: named('ALIKE').length ? t('ranking.restAlike') : '' }
}

export interface Scale {
  low: number
  high: number
  /** Where a share lies, as a CSS percentage. */
  at(share: number): string
}

const STEP = 0.1

/** From the lowest to the highest of everything drawn, in whole tens of percent. */
export function scaleOf(rows: readonly RankingRowFragment[]): Scale {
  const drawn = rows
    .filter((row) => row.band !== 'FEW')
    .flatMap(({ low, high, funnelLow, funnelHigh, adjusted }) => [low, high, funnelLow, funnelHigh, adjusted])
    .filter((value) => value !== null)
  const low = Math.max(0, Math.floor(Math.min(1, ...drawn) / STEP) * STEP)
  const high = Math.min(1, Math.ceil(Math.max(0, ...drawn) / STEP) * STEP)
  const width = high > low ? high - low : 1
  return { low, high, at: (share) => `${Math.round(((share - low) / width) * 1000) / 10}%` }
}
