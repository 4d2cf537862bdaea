import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import {
  type OrderAction,
  type OrderCaseFragment,
  type OrderRowFragment,
  RequestVerifyDocument,
  SignDocument,
  StepOrderDocument,
} from '../../gql/graphql'

export type SheetName =
  | 'reassign'
  | 'disputeCount'
  | 'reject'
  | 'locate'
  | 'return'
  | 'acceptReturn'
  | 'refuseReturn'
  | 'close'
  | 'closeReject'
  | 'deptReject'
  | 'auditFail'
  | 'reopen'
  | 'split'
  | 'reconsider'
  | 'pair'
  | 'supervise'
  | 'extension'
  | 'suspension'
  | 'appeal'
  | 'askVoid'
  | 'invite'
  | 'assign'
  | 'decide'
  | 'note'
  | 'waiveCheck'
  | 'toAcceptor'
  | 'interim'
  | 'escalate'
  | 'acceptShare'
  | 'declineShare'
  | 'finishShare'
  | 'resume'
  | 'reclassify'

export type Call = (order: OrderCaseFragment, opId: string) => Promise<OrderRowFragment>

export interface Button {
  /** `step.<id>.done` is said once its step was taken. */
  id: string
  /** The key of its words, where they are not those of the step itself. */
  label?: string
  /** Shown while the server offers any of these. */
  on: readonly OrderAction[]
  /** A page of its own, a sheet over the case, one call, or the call that follows the suggestion. */
  does: { page: 'verify' | 'check' | 'finish' } | { sheet: SheetName } | { call: Call } | 'advice'
  /** Rare or grave: kept out of the thumb's way. */
  quiet?: boolean
  key?: string
}

const step =
  (action: OrderAction): Call =>
  async ({ id, version }, opId) =>
    (await graph(StepOrderDocument, { input: { id, version, action, opinion: '', opId } })).stepOrder

const sign: Call = async ({ id, version }, opId) => (await graph(SignDocument, { id, version, opId })).signOrder

const verify: Call = async ({ id, version }, opId) =>
  (await graph(RequestVerifyDocument, { input: { id, version, opinion: '', opId } })).requestVerify

/** Every step of the flow that has a button, the weightiest first: the first one offered is the loud one. */
export const BUTTONS: readonly Button[] = [
  { id: 'goVerify', label: 'step.goVerify', on: ['VERIFY_DONE'], does: { page: 'verify' } },
  { id: 'goCheck', label: 'step.goCheck', on: ['CHECK_PASS', 'CHECK_FAIL'], does: { page: 'check' } },
  { id: 'advice', label: 'step.advice', on: ['FILE', 'DISPATCH'], does: 'advice', key: 'a' },
  { id: 'sign', on: ['SIGN'], does: { call: sign } },
  { id: 'finish', on: ['FINISH'], does: { page: 'finish' }, key: 'e' },
  {
    id: 'decide',
    label: 'step.decide',
    on: [
      'ENDORSE',
      'DECLINE',
      'EXTEND',
      'REFUSE_EXTENSION',
      'SUSPEND',
      'REFUSE_SUSPENSION',
      'VOID',
      'REVIEW_APPEAL',
      'GRANT_APPEAL',
      'REFUSE_APPEAL',
      'GRANT_COUNT',
      'REFUSE_COUNT',
    ],
    does: { sheet: 'decide' },
  },
  { id: 'acceptShare', on: ['ACCEPT_SHARE'], does: { sheet: 'acceptShare' } },
  { id: 'finishShare', on: ['FINISH_SHARE'], does: { sheet: 'finishShare' } },
  { id: 'deptConfirm', on: ['DEPT_CONFIRM'], does: { call: step('DEPT_CONFIRM') } },
  { id: 'sendCheck', on: ['SEND_CHECK'], does: { call: step('SEND_CHECK') } },
  { id: 'acceptReturn', on: ['ACCEPT_RETURN'], does: { sheet: 'acceptReturn' } },
  { id: 'close', on: ['CLOSE'], does: { sheet: 'close' } },
  { id: 'auditPass', on: ['AUDIT_PASS'], does: { call: step('AUDIT_PASS') } },
  { id: 'locate', label: 'step.locate', on: ['LOCATE'], does: { sheet: 'locate' } },
  { id: 'reassign', label: 'step.reassign', on: ['FILE', 'DISPATCH'], does: { sheet: 'reassign' }, key: 'd' },
  { id: 'verify', on: ['REQUEST_VERIFY'], does: { call: verify } },
  { id: 'return', on: ['RETURN'], does: { sheet: 'return' }, key: 'r' },
  { id: 'extension', on: ['APPLY_EXTENSION'], does: { sheet: 'extension' } },
  { id: 'invite', on: ['INVITE'], does: { sheet: 'invite' } },
  { id: 'appeal', on: ['APPEAL'], does: { sheet: 'appeal' } },
  { id: 'disputeCount', on: ['DISPUTE_COUNT'], does: { sheet: 'disputeCount' } },
  { id: 'resume', on: ['RESUME'], does: { sheet: 'resume' } },
  { id: 'interim', on: ['INTERIM'], does: { sheet: 'interim' } },
  { id: 'declineShare', on: ['DECLINE_SHARE'], does: { sheet: 'declineShare' } },
  { id: 'waiveCheck', on: ['WAIVE_CHECK'], does: { sheet: 'waiveCheck' } },
  { id: 'deptReject', on: ['DEPT_REJECT'], does: { sheet: 'deptReject' } },
  { id: 'refuseReturn', on: ['REFUSE_RETURN'], does: { sheet: 'refuseReturn' } },
  { id: 'closeReject', on: ['CLOSE_REJECT'], does: { sheet: 'closeReject' } },
  { id: 'auditFail', on: ['AUDIT_FAIL'], does: { sheet: 'auditFail' } },
  { id: 'reject', on: ['REJECT'], does: { sheet: 'reject' }, quiet: true },
  { id: 'reopen', on: ['REOPEN'], does: { sheet: 'reopen' }, quiet: true },
  { id: 'reconsider', on: ['RECONSIDER'], does: { sheet: 'reconsider' }, quiet: true },
  { id: 'reclassify', on: ['RECLASSIFY'], does: { sheet: 'reclassify' }, quiet: true },
  { id: 'split', on: ['SPLIT'], does: { sheet: 'split' }, quiet: true },
  { id: 'toAcceptor', on: ['TO_ACCEPTOR'], does: { sheet: 'toAcceptor' }, quiet: true },
  { id: 'escalate', on: ['ESCALATE'], does: { sheet: 'escalate' }, quiet: true },
  { id: 'suspension', on: ['APPLY_SUSPENSION'], does: { sheet: 'suspension' }, quiet: true },
  { id: 'assign', on: ['ASSIGN'], does: { sheet: 'assign' }, quiet: true },
  { id: 'unassign', on: ['UNASSIGN'], does: { call: step('UNASSIGN') }, quiet: true },
  { id: 'askVoid', on: ['ASK_VOID'], does: { sheet: 'askVoid' }, quiet: true },
  { id: 'supervise', on: ['SUPERVISE'], does: { sheet: 'supervise' }, quiet: true },
  { id: 'pair', label: 'pair.open', on: ['MERGE'], does: { sheet: 'pair' }, quiet: true },
]

/** The words on a button. */
export const wordsOf = ({ label, on }: Button): string => t(label ?? `action.${on[0]}`)

/** The buttons for what the server offers. Moving the pin is rare once a case has a place. */
export function buttonsFor(order: Pick<OrderCaseFragment, 'actions' | 'place'>): Button[] {
  const offered = new Set<OrderAction>(order.actions)
  return BUTTONS.filter((button) => button.on.some((action) => offered.has(action))).map((button) =>
    button.id === 'locate' && order.place.located ? { ...button, quiet: true } : button,
  )
}
