import { learnPart, t } from '@sanwei/web/i18n'
import { now } from '@sanwei/web/time'
import { ref } from 'vue'
import type { BaseFieldName } from '../gql/graphql'

const DAY_MS = 24 * 60 * 60 * 1000
const learned = ref(false)

/** Fetches once what kinds, facts and choices are called. */
export async function baseWords(): Promise<void> {
  if (learned.value) return
  await learnPart({
    'zh-CN': () => import('../../../../shared/i18n/basedata.zh-CN.json'),
    en: () => import('../../../../shared/i18n/basedata.en.json'),
  })
  learned.value = true
}

/** A fact as people read it: choices by their words. */
export function factText(name: BaseFieldName, value: string, choices?: readonly string[]): string {
  return choices?.includes(value) || CHOSEN.has(name) ? t(`base.choice.${value}`) : value
}

/** Facts whose values are codes. */
const CHOSEN = new Set<BaseFieldName>([
  'USE',
  'FIRE_EQUIPMENT',
  'SAFETY_GRADE',
  'SEX',
  'ID_TYPE',
  'RELATION',
  'STAY_REASON',
  'SORT',
  'KEY_PLACE',
  'STATE',
])

/** 上次核对 412 天前 */
export function verifiedAgo(at: string): string {
  const days = Math.floor((now.value.getTime() - Date.parse(at)) / DAY_MS)
  return days > 0 ? t('base.verified', { n: days }) : t('base.verifiedToday')
}
