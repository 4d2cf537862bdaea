import { graph } from '@sanwei/web/graph'
import { type Op, outbox } from '@sanwei/web/outbox'
import { SubmittedDocument } from '../gql/graphql.ts'

/**
 * Sends an act again that was written on an older version of its case: more words, photos and ratings
 * contradict nothing, so they are simply put on the newest one. Any other act is given back as it is.
 */
export async function resend(op: Op): Promise<Op> {
  const input = op.variables.input as { id: string; version?: number } | undefined
  if (op.state !== 'needs-you' || op.refusal?.code !== 'STALE_VERSION' || !input) return op
  const newest = await graph(SubmittedDocument, { id: input.id }).catch(() => null)
  if (!newest) return op
  await outbox.retry(op.id, { input: { ...input, version: newest.request.version } })
  return outbox.ops.value.find(({ id }) => id === op.id) ?? op
}
