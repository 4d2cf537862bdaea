const SHANGHAI = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' })

/** 2026-11-28: the day of an instant in the city, or today when that is past. */
export function dayOf(iso: string, now = new Date()): string {
  return SHANGHAI.format(new Date(Math.max(Date.parse(iso), now.getTime())))
}
