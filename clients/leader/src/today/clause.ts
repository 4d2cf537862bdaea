import { t } from '@sanwei/web/i18n'
import { weekdayName } from '@sanwei/web/weekday'
import type { BoardFragment } from '../gql/graphql'

export interface Clause {
  before: string
  /** The number the clause is about: set in bold. */
  number: string
  after: string
}

const NUMBER = '{n}'

/** One clause of the day's sentence, cut at its number. */
export function clauseOf({ code, params }: BoardFragment['lines'][number]): Clause {
  const { n = '', weekday, ...rest } = Object.fromEntries(params.map(({ name, value }) => [name, value]))
  const words = t(`board.${code}`, weekday ? { ...rest, weekday: weekdayName(weekday) } : rest)
  const [before = '', after = ''] = words.split(NUMBER) // left in place because it was not given
  return { before, number: n, after }
}
