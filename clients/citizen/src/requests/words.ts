import { t } from '@sanwei/web/i18n'
import { before, moment, now } from '@sanwei/web/time'
import type { RequestCaseFragment, RequestRowFragment, TimeUnit } from '../gql/graphql.ts'

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

/** Why the clock stands still and until when, one clause a line; none while the work goes on. */
export function pauseWords(pause: RequestCaseFragment['pause']): string[] {
  if (!pause) return []
  const { why, words, until } = pause
  if (why === 'ASKED') {
    const asked = t('case.asked', { question: words })
    return until ? [asked, t('case.answerBy', { by: before(until) })] : [asked]
  }
  const rests = t('case.suspended', { until: until ? moment(until) : '' })
  return [rests, ...(words ? [t('case.because', { words })] : []), t('case.promiseRuns')]
}

/** Steps that end a case before it was done; the newest of them says why. */
const ENDS = new Set(['verb.order.reject', 'verb.order.void', 'verb.request.reject', 'verb.request.refer'])

type Over = Pick<RequestCaseFragment, 'state' | 'outcome' | 'declined'> & {
  timeline: readonly Pick<RequestCaseFragment['timeline'][number], 'verb' | 'opinion' | 'reason'>[]
}

/** Why a case is over without a result: the coded reason, and the words that were written for the person. */
export function whyOver({ state, outcome, declined, timeline }: Over): string[] {
  if (state === 'REJECTED') {
    const end = timeline.find(({ verb }) => ENDS.has(verb))
    const reason = declined ?? end?.reason
    return [reason && t(`reason.${reason}`), end?.opinion].filter((line): line is string => !!line)
  }
  return outcome && outcome !== 'RATED' ? [t(`ended.${outcome}`)] : []
}
