import type { PartInput } from '../../gql/graphql'
import type { MatterHit } from '../case/choices'

/** One part as it is being written. */
export interface Part {
  key: number
  unitId: string
  matter: Pick<MatterHit, 'code' | 'name'> | null
  ruleId: string | null
  text: string
  overrideReason: string
}

export const LEAST = 2
export const MOST = 6

export const emptyPart = (key: number): Part => ({
  key,
  unitId: '',
  matter: null,
  ruleId: null,
  text: '',
  overrideReason: '',
})

/** What is still missing of a part, as the names of its fields. */
export const missingOf = (part: Part): string[] =>
  [
    !part.unitId && 'unitId',
    !part.matter && 'matterCode',
    part.matter && !part.ruleId && 'ruleId',
    !part.text.trim() && 'text',
  ].filter((name): name is string => !!name)

/** A part nothing is missing of, as the server takes it. */
export const toInput = ({ unitId, matter, ruleId, text, overrideReason }: Part): PartInput => ({
  unitId,
  matterCode: matter?.code ?? '',
  ruleId: ruleId ?? '',
  text: text.trim(),
  overrideReason,
})
