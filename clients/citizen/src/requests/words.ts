import { t } from '@sanwei/web/i18n'
import { before, now } from '@sanwei/web/time'
import type { RequestRowFragment, TimeUnit } from '../gql/graphql.ts'

type NextStep = NonNullable<RequestRowFragment['next']>

/** What a case is called: its title, or that it is a photo without words. */
export const titleOf = ({ title }: { title: string }): string => title || t('request.photoOnly')

/** 网格员到场核查（陈嘉敏） */
export const stepWords = ({ code, by }: NextStep): string =>
  by ? t('request.step', { text: t(`step.${code}`), by }) : t(`step.${code}`)

/** 接下来：网格员到场核查（陈嘉敏），今天 15:00 前. A step that is late is not said to be still in time. */
export function nextWords(next: NextStep): string {
  const text = stepWords(next)
  if (!next.at) return t('request.next', { text })
  return t(new Date(next.at) < now.value ? 'request.nextLate' : 'request.nextBy', { text, by: before(next.at) })
}

/** 5个工作日 */
export const limitWords = (value: number, unit: TimeUnit): string =>
  t('request.limit', { count: value, unit: t(`unit.${unit}`) })
