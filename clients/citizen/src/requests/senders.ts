import {
  AskPersonDocument,
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
  askPerson: AskPersonDocument,
  sayInTalk: SayInTalkDocument,
}
