import { t } from '@sanwei/web/i18n'
import type { CaseRowFragment } from '../gql/graphql'

const [MINUTE_S, HOUR_S] = [60, 3600]

/** 超承诺 31 小时, or how long danger has been unattended; empty when time is not the matter. */
export function lateBy({ rule, overBySeconds }: NonNullable<CaseRowFragment['card']>): string {
  if (!overBySeconds) return ''
  const unit = overBySeconds >= HOUR_S ? 'hours' : 'minutes'
  const n = Math.max(1, Math.floor(overBySeconds / (unit === 'hours' ? HOUR_S : MINUTE_S)))
  return t(`cards.${rule === 'danger_unattended' ? 'unattended' : 'over'}.${unit}`, { n })
}
