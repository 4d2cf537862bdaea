import { t } from '@sanwei/web/i18n'
import { save } from '@sanwei/web/save'
import { stamp } from '@sanwei/web/time'
import { areaLine } from '../../areas/spot.ts'
import type { RequestCaseFragment } from '../../gql/graphql.ts'
import { titleOf, whyOver } from '../words.ts'

/** What a program for text needs to see that it is UTF-8. */
const MARK = '\uFEFF'

type Line = [label: string, value: string | null | undefined | false]

/** One's own case as plain text, in the words of the screen: what was said, what was done, what was answered. */
export function recordOf(row: RequestCaseFragment): string {
  const facts: Line[] = [
    [t('done.number'), row.no],
    [t('receipt.code'), row.receiptCode],
    [t('kind.label'), t(`kind.${row.kind}`)],
    [t('case.now'), t(`state.case.${row.state}`)],
    [t('record.submitted'), stamp(row.submittedAt)],
    [t('promise.by'), row.promisedAt && stamp(row.promisedAt)],
    [t('record.closed'), row.closedAt && stamp(row.closedAt)],
    [t('place.label'), row.place.address || areaLine(row.place) || t('case.noPlace')],
    [t('case.matter'), row.matter && `${row.matter.category} · ${row.matter.name}`],
    [t('ask.unit'), row.unit && [row.unit.name, row.handlerName].filter(Boolean).join(' ')],
    [t('case.yourWords'), row.text],
    [t('reply.title'), row.reply],
    [t('verdict.label'), row.verdict && t(`verdict.${row.verdict}`)],
    [t('reply.basis'), row.replySource],
    [t('end.over'), whyOver(row).join('；')],
    [
      t('rate.given'),
      row.rating && `${t(`solved.${row.rating.solved}`)}，${t(`level.${row.rating.level}`)} ${row.rating.text ?? ''}`,
    ],
  ]
  const steps = [...row.timeline].reverse().map(({ at, verb, unit, by, opinion }) => {
    const who = [by?.unit?.name, by?.name].filter(Boolean).join(' ')
    const said = t(verb, { unit: unit?.name, by: by?.name })
    return [stamp(at), said, who, opinion].filter(Boolean).join('  ')
  })
  const told = facts.filter((line) => line[1]).map(([label, value]) => `${label}：${value}`.trimEnd())
  return `${MARK}${[titleOf(row), '', ...told, '', t('timeline.label'), ...steps].join('\r\n')}\r\n`
}

/** Hands a text to the phone as a file. */
export function download(name: string, text: string): void {
  save(new Blob([text], { type: 'text/plain;charset=utf-8' }), name)
}
