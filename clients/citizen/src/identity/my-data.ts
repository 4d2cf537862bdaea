import { has, t } from '@sanwei/web/i18n'
import { stamp } from '@sanwei/web/time'

export interface MyData {
  at: string
  basis: string
  parts: Record<string, Record<string, unknown>[]>
}

/** What a program for text needs to see that it is UTF-8. */
const MARK = '\uFEFF'
const INSTANT = /^\d{4}-\d\d-\d\dT/

/** The values the server codes, in words; everything else as it stands. */
function word(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value === 'boolean') return t(value ? 'mydata.yes' : 'mydata.no')
  const text = String(value)
  if (INSTANT.test(text)) return stamp(text)
  const coded = [`kind.${text.toUpperCase()}`, `state.request.${text.toUpperCase()}`, `notice.${text}`]
  return t(coded.find((key) => has(key) && name !== 'text') ?? text)
}

/** Everything in plain words, part by part: a file that any phone opens. */
export function readable({ at, basis, parts }: MyData): string {
  const lines = [t('mydata.title'), stamp(at), basis, '']
  for (const [part, rows] of Object.entries(parts)) {
    lines.push(`【${t(`mydata.part.${part}`)}】 ${rows.length}`)
    for (const row of rows) {
      for (const [name, value] of Object.entries(row)) {
        const said = word(name, value)
        if (said) lines.push(`${t(`mydata.of.${name}`)}：${said}`)
      }
      lines.push('')
    }
  }
  return `${MARK}${lines.join('\r\n')}\r\n`
}
