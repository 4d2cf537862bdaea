import { figureText } from '@sanwei/web/count'
import { t } from '@sanwei/web/i18n'
import { weekdayName, weekdayOf } from '@sanwei/web/weekday'
import type { FigureFragment } from '../gql/graphql'

/** 平常周一 118–149 · n=418，平常 90–94 · 平常 4–9，比昨天少 2 · 数据还少 */
export function noteOf({ key, value, n, bandLow, bandHigh, yesterday }: FigureFragment, at: string): string {
  const [low, high] = [bandLow, bandHigh].map((bound) => (bound === null ? null : figureText(Math.round(bound))))
  const weekday = weekdayName(weekdayOf(new Date(at)))
  const usual =
    low === null ? t('figure.few') : t(key === 'NEW_TODAY' ? 'figure.usual.on' : 'figure.usual', { low, high, weekday })

  if (key === 'SATISFACTION') return t('figure.of', { n, usual })
  if (key !== 'OVERDUE' || value === null || yesterday === null || value === yesterday) return usual
  const change = figureText(Math.abs(value - yesterday))
  return t(value > yesterday ? 'figure.more' : 'figure.less', { usual, change })
}
