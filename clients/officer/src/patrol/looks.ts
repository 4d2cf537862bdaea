import type { Meaning } from '@sanwei/web/status'
import type { PatrolState, PointState } from '../gql/graphql'

/** How a point and a round look. */
export const LOOKS: Record<PointState, { s: Meaning }> = {
  OPEN: { s: 'wait' },
  VISITED: { s: 'done' },
  TO_REVIEW: { s: 'soon' },
  REFUSED: { s: 'return' },
}

export const ROUNDS: Record<PatrolState, { s: Meaning }> = {
  DUE: { s: 'wait' },
  RUNNING: { s: 'doing' },
  PAUSED: { s: 'soon' },
  DONE: { s: 'done' },
  MISSED: { s: 'over' },
}
