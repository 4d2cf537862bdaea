import { t } from '@sanwei/web/i18n'
import { clockTime } from '@sanwei/web/time'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const shanghai = new Intl.DateTimeFormat('en', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
})

const partsOf = (at: Date): Record<string, string> =>
  Object.fromEntries(shanghai.formatToParts(at).map(({ type, value }) => [type, value]))

/** 周一…周日 of an ISO weekday, 1…7. */
export const weekdayName = (weekday: number | string): string => t(`weekday.${weekday}`)

/** The ISO weekday in Shanghai, 1 = Monday. */
export const weekdayOf = (at: Date): number => DAYS.indexOf(partsOf(at).weekday ?? '') + 1

/** 11月23日 周日 14:32 */
export function dayLine(at: Date): string {
  const { month, day } = partsOf(at)
  return t('today.now', { month, day, weekday: weekdayName(weekdayOf(at)), clock: clockTime(at) })
}
