import type { RankingMeasure, UnitCases, UnitFigure } from '../gql/graphql'

/** The cases of a figure: of now (perhaps of one person), or of a measure over the 30 days. */
export type CasesOf = { figure: UnitFigure; who?: string } | { measure: RankingMeasure; which: UnitCases }

/** Where the cases behind a figure are read. */
export const casesOf = (query: CasesOf) => ({ path: '/board/cases', query })
