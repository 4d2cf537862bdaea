import { figureText } from '@sanwei/web/count'
import { t } from '@sanwei/web/i18n'
import type { MapMeasure } from '../gql/graphql'
import { known, median, type Scale, valueOn, worstFirst } from './classes'
import type { AreaFigure } from './use-area-figures'

/** The map's title: the area that stands out, and what is usual among its neighbours. Empty when nothing does. */
export function findingOf(rows: readonly AreaFigure[], measure: MapMeasure, scale: Scale): string {
  const values = known(rows, scale).map(({ value }) => value)
  const worst = worstFirst(rows, scale)[0]
  if (scale === 'count' && rows.length && rows.every(({ n }) => n === 0)) return t(`map.zero.${measure}`)
  const alone = scale !== 'count' && values.length < 2 // nothing to compare with
  if (!worst || !values.length || alone) return t('map.nothing')
  return t(`map.finding.${scale}`, {
    area: worst.area.name,
    what: t(`figure.${measure}`),
    value: figureText(valueOn(worst, scale)),
    median: figureText(median(values)),
  })
}
