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

/** How a step of the record looks: the last word of its verb tells. */
export function verbLook(verb: string): Look {
  const act = verb.split('.').at(-1) ?? ''
  if (/^(close|rate|check_pass|accept|self_handle)$/.test(act)) return look('done')
  if (/^(return|refuse|reject|dispute|escalate|check_fail|reopen|appeal|dept_reject|close_reject)/.test(act))
    return look('return')
  if (/^(report|submit|received?)$/.test(act)) return look('wait')
  if (/^(need|supply|ask)/.test(act)) return look('you')
  if (/^(finish|verify|send_check|handled?)/.test(act)) return look('doing', 's-q3')
  if (/^(file|audit_pass|locate)/.test(act)) return look('doing', 's-q1')
  if (/^(extend|suspend|supervise|urge)/.test(act)) return look('soon')
  return look('doing')
}
