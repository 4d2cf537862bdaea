import { keep, kept } from '@sanwei/web/cache'
import { graph, Offline } from '@sanwei/web/graph'
import { type MatterFragment, MattersDocument } from '../../gql/graphql.ts'

const KEEP_AS = 'matters'
const MOST = 100

/** Matters by name or what people call them. Without network those kept on the phone, the common ones first. */
export async function findMatters(words: string): Promise<readonly MatterFragment[]> {
  try {
    return (await graph(MattersDocument, { search: words, first: 30 })).matters
  } catch (failure) {
    const known = failure instanceof Offline && (await kept<MatterFragment[]>(KEEP_AS))?.data
    if (!known) throw failure
    return known.filter(({ code, name }) => name.includes(words) || code.startsWith(words))
  }
}

/** Keeps the common matters on the phone, with what is asked about them: a report may be written anywhere. */
export async function takeMattersAlong(): Promise<void> {
  const come = await graph(MattersDocument, { search: '', first: MOST }).catch(() => null) // another time
  if (come) await keep(KEEP_AS, come.matters)
}
