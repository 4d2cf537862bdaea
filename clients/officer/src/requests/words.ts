import { t } from '@sanwei/web/i18n'
import type { Look } from '@sanwei/web/status'
import type { DeskRowFragment, RequestState } from '../gql/graphql'

const LOOKS: Record<RequestState, Look['s']> = {
  SUBMITTED: 'wait',
  NEED_INFO: 'you',
  REJECTED: 'wait',
  ASSIGNED: 'doing',
  IN_PROGRESS: 'doing',
  REPLIED: 'doing',
  VISITING: 'done',
  CLOSED: 'done',
  WITHDRAWN: 'wait',
  REFERRED: 'wait',
}

/** How a request's state looks to the desk. */
export const lookOf = (row: Pick<DeskRowFragment, 'state'>): Look['s'] => LOOKS[row.state]

const KINDS = ['CONSULT', 'HELP', 'COMPLAINT', 'REPORT', 'SUGGESTION', 'PRAISE'] as const

/** The six kinds, as the options of a choice. */
export const kinds = () => KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))
