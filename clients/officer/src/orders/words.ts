import { t } from '@sanwei/web/i18n'
import { clockTime, moment } from '@sanwei/web/time'
import type { OrderRowFragment, PlaceFragment, RuleFragment } from '../gql/graphql'

/** 120 米 · 1.2 公里 */
export const metres = (m: number): string =>
  m < 1000 ? t('unit.metres', { n: Math.round(m) }) : t('unit.kilometres', { n: (m / 1000).toFixed(1) })

/** 逢源街道 第07网格, as fine as it is known. */
export const gridOf = (place: PlaceFragment): string =>
  [place.street?.name, place.cell?.name ?? place.community?.name].filter(Boolean).join(' ')

/** The address when somebody gave one, else the grid cell; a case without a position says so. */
export function whereIs(place: PlaceFragment): string {
  return place.address || gridOf(place) || t('where.unknown')
}

/** 2 个工作日 */
export const limitOf = (rule: RuleFragment): string =>
  t('limit.of', { n: rule.limitValue, unit: t(`unit.${rule.limitUnit}`) })

/** 14:06 today, 昨天 14:06 else: lists are about today. */
export function shortMoment(iso: string): string {
  const [long, clock] = [moment(iso), clockTime(iso)]
  return long === t('time.day0', { clock }) ? clock : long
}

/** 市民 14:06 反映 */
export const cameFrom = (order: Pick<OrderRowFragment, 'source' | 'reportedAt'>): string =>
  t(`source.${order.source}.at`, { time: shortMoment(order.reportedAt) })

interface Step {
  verb: string
  at: string
}

/** The last step of a kind that was taken. */
export const latest = <S extends Step>(steps: readonly S[], kind: RegExp): S | undefined =>
  steps.filter(({ verb }) => kind.test(verb)).sort((a, b) => (a.at < b.at ? 1 : -1))[0]

/** Joins the facts of one line, leaving out what is not known. */
export const facts = (...parts: (string | null | undefined | false)[]): string => parts.filter(Boolean).join(' · ')
