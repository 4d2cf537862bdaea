import { graph } from '@sanwei/web/graph'
import type { Kind } from '@sanwei/web/reports'
import { EvaluationReportDocument } from '../gql/graphql'

/** The report of the week or month a day lies in; without a day the newest that is over. */
export const load = async (kind: Kind, day: string | null) =>
  (await graph(EvaluationReportDocument, { kind, day })).evaluationReport
