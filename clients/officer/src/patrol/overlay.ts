import type { Op } from '@sanwei/web/outbox'
import type { PatrolFragment, PatrolPointFragment } from '../gql/graphql'

export interface Point extends PatrolPointFragment {
  /** Done here, not on the server yet. */
  waits?: boolean
}

export interface Round extends Omit<PatrolFragment, 'points'> {
  points: readonly Point[]
}

type Act = Pick<Op, 'kind' | 'variables' | 'state' | 'doneAt'>

interface Input {
  id: string
  doneAt: string
  reason?: string
  whyNot?: readonly { pointId: string; text: string }[]
}

/**
 * A round as the phone knows it: the server's last answer, and what was done here since in the order it was done.
 * So an officer goes on where he was, without a network and after the app was killed.
 */
export function overlaid(round: Round, acts: readonly Act[], answeredAt: number): Round {
  return acts
    .filter(({ state, doneAt }) => state !== 'needs-you' && !(doneAt && Date.parse(doneAt) < answeredAt))
    .reduce(apply, round)
}

function apply(round: Round, { kind, variables, state }: Act): Round {
  const input = variables.input as Input
  if (kind === 'patrolVisit') {
    const waits = state !== 'done'
    const points = round.points.map((point) =>
      point.id === input.id && point.state !== 'VISITED'
        ? { ...point, state: input.reason ? ('TO_REVIEW' as const) : ('VISITED' as const), at: input.doneAt, waits }
        : point,
    )
    return { ...round, points }
  }
  if (input.id !== round.id) return round
  if (kind === 'patrolStart') return { ...round, state: 'RUNNING', beganAt: input.doneAt }
  if (kind === 'patrolPause') return { ...round, state: variables.resume ? 'RUNNING' : 'PAUSED' }
  if (kind !== 'patrolEnd') return round
  const why = new Map(input.whyNot?.map(({ pointId, text }) => [pointId, text]))
  const points = round.points.map((point) => ({ ...point, whyNot: why.get(point.id) ?? point.whyNot }))
  return { ...round, state: 'DONE', endedAt: input.doneAt, points }
}

/** Points somebody has been to; those that another looks at first are among them. */
export const reached = (round: Round): number =>
  round.points.filter(({ state }) => state === 'VISITED' || state === 'TO_REVIEW').length
