import {
  CheckInPointDocument,
  CreateBaseDocument,
  EditBaseDocument,
  EndBaseDocument,
  EndPatrolDocument,
  FinishDocument,
  LocateBaseDocument,
  PausePatrolDocument,
  ReportProblemDocument,
  SendTrackDocument,
  StartPatrolDocument,
  SubmitCheckDocument,
  SubmitVerifyDocument,
  VerifyBaseDocument,
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
  baseCreate: CreateBaseDocument,
  baseEdit: EditBaseDocument,
  baseVerify: VerifyBaseDocument,
  baseLocate: LocateBaseDocument,
  baseEnd: EndBaseDocument,
}
