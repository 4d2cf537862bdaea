import type { Band } from '../gql/graphql'

interface Look {
  /** The status whose colour it has. */
  s: string
  shape: string | null
}

export const LOOKS: Record<Band, Look> = {
  BETTER: { s: 'done', shape: 's-done' },
  ALIKE: { s: 'wait', shape: null },
  WORSE: { s: 'soon', shape: 's-soon' },
  FEW: { s: 'wait', shape: null },
}
