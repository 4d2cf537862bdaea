import { FinishDocument, ReportProblemDocument, SubmitCheckDocument, SubmitVerifyDocument } from './gql/graphql'

/** What the outbox can carry: acts done on the spot, with or without network. */
export const senders = {
  report: ReportProblemDocument,
  verify: SubmitVerifyDocument,
  check: SubmitCheckDocument,
  finish: FinishDocument,
}
