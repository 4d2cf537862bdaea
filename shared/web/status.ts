/** The eight meanings a status can have on the screen; each has a colour, and each state a shape. */
export type Meaning = 'wait' | 'doing' | 'you' | 'soon' | 'over' | 'done' | 'return' | 'unsync'

export interface Look {
  s: Meaning
  shape: string
}

const look = (s: Meaning, shape: string = `s-${s}`): Look => ({ s, shape })

const ORDER: Record<string, Look> = {
  REPORTED: look('wait'),
  VERIFYING: look('wait', 's-q1'),
  REJECTED: look('wait', 's-no'),
  FILED: look('doing', 's-q1'),
  DISPATCHED: look('doing'),
  IN_PROGRESS: look('doing'),
  SUSPENDED: look('soon'),
  RETURNED: look('return'),
  DISPUTED: look('return'),
  HANDLED: look('doing', 's-q3'),
  CHECK_PENDING: look('doing', 's-q3'),
  CHECKING: look('doing', 's-q3'),
  CLOSE_PENDING: look('doing', 's-q3'),
  CLOSED: look('done'),
  VOIDED: look('wait', 's-no'),
  MERGED: look('wait', 's-merged'),
  SELF_HANDLED: look('done'),
  SPLIT: look('doing', 's-merged'),
}

const CASE: Record<string, Look> = {
  RECEIVED: look('wait'),
  VERIFYING: look('wait', 's-q1'),
  ACCEPTED: look('doing', 's-q1'),
  DISPATCHED: look('doing'),
  IN_PROGRESS: look('doing'),
  HANDLED: look('doing', 's-q3'),
  CLOSED: look('done'),
  RATED: look('done'),
  NEEDS_YOU: look('you'),
  MERGED: look('wait', 's-merged'),
  EXTENDED: look('soon'),
  REOPENED: look('doing'),
  REJECTED: look('wait', 's-no'),
  WITHDRAWN: look('wait', 's-no'),
}

/** How a work order's state looks to staff. */
export const orderLook = (state: string): Look => ORDER[state] ?? look('wait')

/** How a request's state looks to the citizen. */
export const caseLook = (state: string): Look => CASE[state] ?? look('wait')

const STEPS: readonly (readonly [Look, string])[] = [
  [look('wait'), 'report submit'],
  [look('wait', 's-q1'), 'request_verify verify_done'],
  [look('wait', 's-no'), 'reject audit_fail withdraw void void_consent cancel dropped'],
  [look('wait', 's-merged'), 'merge follow'],
  [look('doing', 's-q1'), 'file audit_pass locate assign'],
  [look('doing', 's-q3'), 'finish dept_confirm send_check direct_answer reply'],
  [look('you'), 'ask_info supply supplied'],
  [look('soon'), 'extend suspend supervise issue urge urged clock_80'],
  [look('over'), 'clock_100 clock_150'],
  [look('done'), 'close rate check_pass self_handle accept acknowledge'],
  [
    look('return'),
    'return accept_return refuse_return escalate rule check_fail dept_reject close_reject reopen appeal taken_back',
  ],
]

const BY_STEP = new Map(STEPS.flatMap(([one, steps]) => steps.split(' ').map((step) => [step, one] as const)))

/** How a step of the record looks, by its verb such as `verb.order.check_fail.partly`. */
export const verbLook = (verb: string): Look => BY_STEP.get(verb.split('.')[2] ?? '') ?? look('doing')
