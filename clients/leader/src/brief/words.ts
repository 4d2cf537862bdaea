import { t } from '@sanwei/web/i18n'
import { dayName, weekdayName } from '@sanwei/web/weekday'
import type { BriefQuery } from '../gql/graphql'

export type Brief = NonNullable<BriefQuery['brief']>
export type Sentence = Brief['sentences'][number]

/** A piece of a sentence: words, or a figure that opens its cases. */
export interface Piece {
  text: string
  key: string | null
}

/** The sentence, cut at its figures. */
export function piecesOf({ code, params, figures }: Sentence): Piece[] {
  const given = Object.fromEntries(params.map(({ name, value }) => [name, value]))
  if (given.weekday) given.weekday = weekdayName(given.weekday)
  const numbers = new Map(figures.map(({ key, n }) => [key, n]))
  const words = t(`brief.${code}`, given) // figures are left in place because they were not given
  return words
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((text) => {
      const key = /^\{(\w+)\}$/.exec(text)?.[1]
      return key && numbers.has(key) ? { text: String(numbers.get(key)), key } : { text, key: null }
    })
}

export const plain = (sentence: Sentence): string =>
  piecesOf(sentence)
    .map(({ text }) => text)
    .join('')

/** The whole brief as text, to be sent on. */
export const asText = (brief: Brief): string =>
  [`${brief.area.name} ${dayName(brief.day)} ${t('brief.title')}`, ...brief.sentences.map(plain)].join('\n')
