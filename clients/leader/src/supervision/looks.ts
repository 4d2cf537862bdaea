import { t } from '@sanwei/web/i18n'
import type { Meaning } from '@sanwei/web/status'
import { before, moment } from '@sanwei/web/time'
import type { SupervisionRowFragment, SupervisionState } from '../gql/graphql'
import { facts } from '../orders/words'

/** How many of 已发出 已读 已回复 办结 are behind it. */
export const REACHED: Record<SupervisionState, number> = {
  ISSUED: 1,
  ESCALATED: 1,
  SIGNED: 2,
  IN_PROGRESS: 2,
  RETURNED: 2,
  REPLIED: 3,
  CLOSED: 4,
  CANCELLED: 0,
}

const LOOKS: Record<SupervisionState, Meaning> = {
  ISSUED: 'wait',
  ESCALATED: 'over',
  SIGNED: 'doing',
  IN_PROGRESS: 'doing',
  RETURNED: 'return',
  REPLIED: 'doing',
  CLOSED: 'done',
  CANCELLED: 'wait',
}

/** A reply that waits for this leader's answer is his to do. */
export const lookOf = ({ state, actions }: SupervisionRowFragment): Meaning =>
  actions.includes('ACCEPT') ? 'you' : LOOKS[state]

/** 林主任, or 周副主任（代林主任） */
export const issuedBy = ({ issuer, deputy }: SupervisionRowFragment): string | undefined =>
  deputy ? t('by.deputy', { name: deputy.name, leader: issuer?.name }) : issuer?.name

/** 区水务局 · 11:20 已读 · 要求 今天 18:00 前 */
export const lineOf = ({ unit, signedAt, repliedAt, dueAt }: SupervisionRowFragment): string =>
  facts(
    unit?.name,
    repliedAt
      ? t('supervision.repliedAt', { moment: moment(repliedAt) })
      : signedAt && t('supervision.readAt', { moment: moment(signedAt) }),
    t('supervision.dueBy', { before: before(dueAt) }),
  )
