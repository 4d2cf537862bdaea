import { figureText } from '@sanwei/web/count'
import { t } from '@sanwei/web/i18n'
import type { MapMeasure } from '../gql/graphql'
import { known, median, worstFirst } from './classes'
import type { AreaFigure } from './use-area-figures'

/** The map's title: the area that stands out, and what is usual among its neighbours. Empty when nothing does. */
export function findingOf(rows: readonly AreaFigure[], measure: MapMeasure): string {
  const values = known(rows, measure).map(({ value }) => value)
  const worst = worstFirst(rows, measure)[0]
  if (!worst || worst.value === null || !values.length) return t('map.nothing')
  if (measure !== 'SATISFACTION' && worst.value === 0) return t(`map.zero.${measure}`)
  return t(`map.finding.${measure}`, {
    area: worst.area.name,
    value: figureText(worst.value),
    median: figureText(median(values)),
  })
}
