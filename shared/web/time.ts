import { ref } from 'vue'
import { serverTime } from './http.ts'
import { t } from './i18n.ts'

const MINUTE_MS = 60_000
const HOUR_MIN = 60
const DAY_MIN = 24 * HOUR_MIN

const tick = ref(serverTime())

/** The time on the screen, moved each minute for every countdown at once. */
export const now = tick

const look = (): void => {
  tick.value = serverTime()
}
setInterval(look, MINUTE_MS / 2)
document.addEventListener('visibilitychange', look) // clocks of a page in the background stand still

export type Instant = string | Date

const dateOf = (instant: Instant): Date => (typeof instant === 'string' ? new Date(instant) : instant)

/** What Asia/Shanghai is ahead of UTC, all year since 1992: an `Intl` formatter costs a phone 40 ms of its start. */
const AHEAD_MS = 8 * HOUR_MIN * MINUTE_MS

/** The clock and calendar of Guangzhou at an instant, whatever the phone's own zone, in the UTC fields of a date. */
export const wallClock = (instant: Instant): Date => new Date(dateOf(instant).getTime() + AHEAD_MS)

/** 2025-11-23: the day in Guangzhou, as a date field and the server want it. */
export const dayOf = (instant: Instant): string => wallClock(instant).toISOString().slice(0, 10)

/** That clock and calendar in parts; `days` counts since 1970. */
export function partsOf(instant: Instant) {
  const wall = wallClock(instant)
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    clock: wall.toISOString().slice(11, 16),
    days: Math.floor(wall.getTime() / (DAY_MIN * MINUTE_MS)),
  }
}

/** 14:32 */
export const clockTime = (instant: Instant): string => partsOf(instant).clock

/** 今天 15:20 · 昨天 09:12 · 11月25日 18:00 · 2025年11月25日 18:00 */
export function moment(instant: Instant): string {
  const { year, month, day, clock, days } = partsOf(instant)
  const today = partsOf(tick.value)
  const apart = days - today.days
  if (apart >= -1 && apart <= 1) return t(`time.day${apart}`, { clock })
  return t(year === today.year ? 'time.date' : 'time.longDate', { year, month, day, clock })
}

/** 2025年11月25日 18:00: what is written down for later names its year. */
export const stamp = (instant: Instant): string => t('time.longDate', partsOf(instant))

/** 11月25日 18:00 前 */
export const before = (instant: Instant): string => t('time.before', { moment: moment(instant) })

/** 2天3小时 · 3小时20分 · 48分: the two largest units, never less than a minute. */
export function span(ms: number): string {
  const minutes = Math.max(1, Math.floor(Math.abs(ms) / MINUTE_MS))
  const [days, hours, rest] = [
    Math.floor(minutes / DAY_MIN),
    Math.floor((minutes % DAY_MIN) / HOUR_MIN),
    minutes % HOUR_MIN,
  ]
  const units: [number, string][] = days
    ? [
        [days, 'days'],
        [hours, 'hours'],
      ]
    : hours
      ? [
          [hours, 'hours'],
          [rest, 'minutes'],
        ]
      : [[rest, 'minutes']]
  return units
    .filter(([count]) => count > 0)
    .map(([count, unit]) => t(`time.${unit}`, { count }))
    .join('')
}

/** 还剩 2天3小时, or once it is past: 超期 3小时. */
export function left(due: Instant): string {
  const ms = dateOf(due).getTime() - tick.value.getTime()
  return t(ms >= 0 ? 'time.left' : 'time.over', { span: span(ms) })
}

/** How much hurry there is. A deadline is soon when a quarter of its time is left, or two hours if its start is unknown. */
export function urgency(due: Instant, from?: Instant | null): 'doing' | 'soon' | 'over' {
  const end = dateOf(due).getTime()
  const ms = end - tick.value.getTime()
  if (ms < 0) return 'over'
  const quarter = from ? (end - dateOf(from).getTime()) / 4 : 2 * HOUR_MIN * MINUTE_MS
  return ms <= quarter ? 'soon' : 'doing'
}
