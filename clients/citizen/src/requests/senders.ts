import {
  AskPersonDocument,
  FollowCaseDocument,
  RateRequestDocument,
  SayInTalkDocument,
  SubmitRequestDocument,
  SupplyRequestDocument,
} from '../gql/graphql.ts'

/** What the outbox of this app can send. */
export const senders = {
  submitRequest: SubmitRequestDocument,
  supplyRequest: SupplyRequestDocument,
  rateRequest: RateRequestDocument,
  followCase: FollowCaseDocument,
  askPerson: AskPersonDocument,
  sayInTalk: SayInTalkDocument,
}
