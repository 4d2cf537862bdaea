import { serverTime } from '@sanwei/web/http'
import { dayOf } from '@sanwei/web/time'

/** 2026-11-28: the day of an instant in the city, or today when that is past. */
export function comingDay(iso: string, now = serverTime()): string {
  const [day, today] = [dayOf(iso), dayOf(now)]
  return day > today ? day : today
}
