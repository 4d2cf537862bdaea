import {
  CheckInPointDocument,
  EndPatrolDocument,
  FinishDocument,
  PausePatrolDocument,
  ReportProblemDocument,
  SendTrackDocument,
  StartPatrolDocument,
  SubmitCheckDocument,
  SubmitVerifyDocument,
} from './gql/graphql'

/** What the outbox can carry: acts done on the spot, with or without network. */
export const senders = {
  report: ReportProblemDocument,
  verify: SubmitVerifyDocument,
  check: SubmitCheckDocument,
  finish: FinishDocument,
  patrolStart: StartPatrolDocument,
  patrolPause: PausePatrolDocument,
  patrolVisit: CheckInPointDocument,
  patrolEnd: EndPatrolDocument,
  patrolTrack: SendTrackDocument,
}
