import { t } from './i18n.ts'

export interface ReportRate {
  indicator: string
  part: number
  of: number
  percent: number | null
}

export interface ReportRow {
  key: string
  name: string
  n: number
  score: number | null
  grade: string | null
  medianMinutes: number | null
  p90Minutes: number | null
  rates: readonly ReportRate[]
}

export interface Report {
  first: string
  last: string
  earlier: string
  later: string | null
  units: readonly ReportRow[]
  areas: readonly ReportRow[]
  desk: readonly ReportRate[]
  posts: readonly { post: string; score: number | null; grade: string | null }[]
  leftOut: { duplicates: number; withdrawn: number; freed: number; voided: number; selfHandled: number }
}

export const REPORT_KINDS = ['WEEK', 'MONTH'] as const
export type Kind = (typeof REPORT_KINDS)[number]

const [HOUR, DAY] = [60, 1440]

/** 45 分钟 · 3.5 小时 · 2 天 */
export function took(minutes: number | null): string {
  if (minutes === null) return '–'
  if (minutes < HOUR) return t('took.minutes', { n: minutes })
  const [n, unit] = minutes < 2 * DAY ? [minutes / HOUR, 'hours'] : [minutes / DAY, 'days']
  return t(`took.${unit}`, { n: Math.round(n * 10) / 10 })
}
