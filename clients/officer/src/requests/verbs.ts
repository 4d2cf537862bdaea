import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import type { Option } from '@sanwei/web/ui'
import {
  type Adoption,
  AnswerRequestDocument,
  AskInfoDocument,
  AssignRequestDocument,
  AuditReplyDocument,
  ConfirmReplyDocument,
  type ContactWay,
  type DeclineReason,
  DeclineRequestDocument,
  type DeskFullFragment,
  DraftReplyDocument,
  ExtendRequestDocument,
  LogContactDocument,
  MakeOrderDocument,
  NamePartyDocument,
  type PlaceInput,
  type ReferTo,
  type RequestStep,
  ReturnRequestDocument,
  SignRequestDocument,
} from '../gql/graphql'
import type { FormField, Values } from './form'

type Row = Pick<DeskFullFragment, 'id' | 'version'>

/** What a sheet has beside its fields. */
export interface Extra {
  units: readonly Option<string>[]
  place: PlaceInput | null
}

export interface Verb {
  on: RequestStep
  /** Rare or grave: kept out of the thumb's way. */
  quiet?: boolean
  danger?: boolean
  /** None: one tap does it. */
  fields?: (row: DeskFullFragment, extra: Extra) => readonly FormField[]
  send(row: Row, values: Values, opId: string, extra: Extra): Promise<unknown>
}

const opinion = (label = 'requests.opinion'): FormField => ({ id: 'opinion', kind: 'text', label: t(label) })
const among = <V extends string>(kind: string, values: readonly V[]): Option<V>[] =>
  values.map((value) => ({ value, label: t(`${kind}.${value}`) }))

const DECLINES: readonly DeclineReason[] = [
  'IN_COURT',
  'IN_RECONSIDERATION',
  'IN_PETITION',
  'SECRET',
  'DUPLICATE',
  'NOT_OURS',
  'UNCLEAR',
]
const REFERS: readonly ReferTo[] = ['PETITION', 'RECONSIDERATION', 'LAWSUIT', 'POLICE']
const ADOPTIONS: readonly Adoption[] = ['ADOPTED', 'PARTLY', 'NOT_ADOPTED']
const WAYS: readonly ContactWay[] = ['RELAY', 'PHONE', 'VISIT', 'MESSAGE']

/** How somebody was reached; where the number is hidden nobody dials it. */
export const contactFields = (hidden: boolean): FormField[] => [
  {
    id: 'way',
    kind: 'radio',
    label: t('requests.way'),
    options: among('contact', WAYS).filter(({ value }) => !hidden || value !== 'PHONE'),
    value: 'RELAY',
  },
  { id: 'reached', kind: 'check', label: t('requests.reached') },
  { id: 'text', kind: 'text', label: t('requests.said'), hint: t('requests.said.hint') },
]

const reasonField: FormField = {
  id: 'reason',
  kind: 'select',
  label: '',
}

/** Every step staff take by hand, the weightiest first: the first one offered is the loud one. */
export const VERBS: readonly Verb[] = [
  {
    on: 'NAME_PARTY',
    fields: () => [],
    send: (row, { key = '' }, opId) => graph(NamePartyDocument, { ...at(row), key, opId }),
  },
  { on: 'SIGN', send: (row, _, opId) => graph(SignRequestDocument, { ...at(row), opId }) },
  {
    on: 'AUDIT_PASS',
    fields: () => [
      { id: 'answers', kind: 'check', label: t('requests.answers'), hint: t('requests.answers.hint') },
      opinion(),
    ],
    send: (row, { answers, opinion = '' }, opId) =>
      graph(AuditReplyDocument, { ...at(row), passed: true, answers: !!answers, opinion, opId }),
  },
  {
    on: 'AUDIT_FAIL',
    fields: () => [opinion('requests.why')],
    send: (row, { opinion = '' }, opId) =>
      graph(AuditReplyDocument, { ...at(row), passed: false, answers: false, opinion, opId }),
  },
  {
    on: 'REPLY',
    send: (row, _, opId) => graph(ConfirmReplyDocument, { ...at(row), accept: true, opinion: '', opId }),
  },
  {
    on: 'SEND_BACK',
    fields: () => [opinion('requests.why')],
    send: (row, { opinion = '' }, opId) => graph(ConfirmReplyDocument, { ...at(row), accept: false, opinion, opId }),
  },
  {
    on: 'DIRECT_ANSWER',
    fields: (row) => [
      { id: 'text', kind: 'text', label: t('requests.answer'), hint: t('requests.noData') },
      {
        id: 'source',
        kind: 'line',
        label: t('requests.source'),
        hint: row.kind === 'CONSULT' ? t('requests.source.hint') : undefined,
      },
    ],
    send: (row, { text = '', source = '', answerId = '' }, opId) =>
      graph(AnswerRequestDocument, { ...at(row), text, source, answerId, opId }),
  },
  {
    on: 'ASSIGN',
    fields: (_, { units }) => [
      { id: 'unitId', kind: 'select', label: t('requests.unit'), options: units },
      opinion('requests.toUnit'),
    ],
    send: (row, { unitId = '', opinion = '' }, opId) =>
      graph(AssignRequestDocument, { ...at(row), unitId, opinion, opId }),
  },
  {
    on: 'DRAFT',
    fields: (row) => [
      ...(row.kind === 'SUGGESTION'
        ? [
            {
              id: 'verdict',
              kind: 'radio' as const,
              label: t('requests.verdict'),
              options: among('adoption', ADOPTIONS),
              value: row.verdict ?? '',
            },
            {
              id: 'publish',
              kind: 'check' as const,
              label: t('requests.publish'),
              hint: t('requests.publish.hint'),
              value: 'yes',
            },
          ]
        : []),
      { id: 'text', kind: 'text', label: t('requests.reply'), hint: t('requests.noData'), value: row.reply ?? '' },
      { id: 'planOn', kind: 'date', label: t('requests.plan'), hint: t('requests.plan.hint'), value: row.planOn ?? '' },
      {
        id: 'impossible',
        kind: 'check',
        label: t('requests.impossible'),
        hint: t('requests.impossible.hint'),
        value: row.impossible ? 'yes' : '',
      },
    ],
    send: (row, { text = '', planOn, impossible, verdict, publish }, opId) =>
      graph(DraftReplyDocument, {
        input: {
          ...at(row),
          text,
          planOn: planOn || null,
          impossible: !!impossible,
          verdict: (verdict as Adoption) || null,
          publish: !!publish,
          opId,
        },
      }),
  },
  {
    on: 'CONTACT',
    fields: (row) => contactFields(row.confidential),
    send: (row, { way, reached, text = '' }, opId) =>
      graph(LogContactDocument, { input: { ...at(row), way: way as ContactWay, reached: !!reached, text, opId } }),
  },
  {
    on: 'ASK_INFO',
    fields: () => [{ id: 'question', kind: 'text', label: t('requests.ask'), hint: t('requests.ask.hint') }],
    send: (row, { question = '' }, opId) => graph(AskInfoDocument, { ...at(row), question, opId }),
  },
  {
    on: 'RETURN',
    danger: true,
    fields: () => [{ id: 'basis', kind: 'line', label: t('return.basis'), hint: t('return.basis.hint') }, opinion()],
    send: (row, { basis = '', opinion = '' }, opId) =>
      graph(ReturnRequestDocument, { ...at(row), basis, opinion, opId }),
  },
  {
    on: 'MAKE_ORDER',
    quiet: true,
    fields: () => [],
    send: (row, { matterCode = '' }, opId, { place }) =>
      graph(MakeOrderDocument, { ...at(row), matterCode, place, opId }),
  },
  {
    on: 'EXTEND',
    quiet: true,
    fields: () => [
      { id: 'days', kind: 'number', label: t('requests.days'), hint: t('requests.days.hint') },
      { id: 'reason', kind: 'text', label: t('requests.toCitizen') },
    ],
    send: (row, { days, reason = '' }, opId) =>
      graph(ExtendRequestDocument, { ...at(row), more: Number.parseInt(days || '0', 10), reason, opId }),
  },
  {
    on: 'REFER',
    quiet: true,
    danger: true,
    fields: () => [
      { id: 'referTo', kind: 'radio', label: t('requests.referTo'), options: among('refer', REFERS) },
      { ...reasonField, label: t('requests.reason'), options: among('decline', DECLINES), value: 'NOT_OURS' },
      opinion('requests.toCitizen'),
    ],
    send: decline,
  },
  {
    on: 'REJECT',
    quiet: true,
    danger: true,
    fields: () => [
      { ...reasonField, kind: 'radio', label: t('requests.reason'), options: among('decline', DECLINES) },
      opinion('requests.toCitizen'),
    ],
    send: decline,
  },
]

const at = ({ id, version }: Row): Row => ({ id, version })

function decline(row: Row, { reason, referTo, opinion = '' }: Values, opId: string): Promise<unknown> {
  return graph(DeclineRequestDocument, {
    ...at(row),
    reason: reason as DeclineReason,
    referTo: (referTo as ReferTo) || null,
    opinion,
    opId,
  })
}

/** The verbs for what the server offers. */
export const verbsFor = (offered: readonly RequestStep[]): Verb[] => VERBS.filter(({ on }) => offered.includes(on))
