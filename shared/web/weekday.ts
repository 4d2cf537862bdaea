import { t } from './i18n.ts'
import { type Instant, partsOf, wallClock } from './time.ts'

/** 周一…周日 of an ISO weekday, 1…7. */
export const weekdayName = (weekday: number | string): string => t(`weekday.${weekday}`)

/** The ISO weekday in Guangzhou, 1 = Monday. */
export const weekdayOf = (instant: Instant): number => wallClock(instant).getUTCDay() || 7

/** 11月23日 周日 */
export function dayName(instant: Instant): string {
  const { month, day } = partsOf(instant)
  return t('time.dayName', { month, day, weekday: weekdayName(weekdayOf(instant)) })
}
