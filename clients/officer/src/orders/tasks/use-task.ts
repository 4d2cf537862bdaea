import { keep, kept } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { type LiveOne, useLiveOne } from '@sanwei/web/live-one'
import { TaskDocument, type TaskFragment } from '../../gql/graphql'

const nameOf = (id: string): string => `task ${id}`
const read = async (id: string): Promise<TaskFragment> => (await graph(TaskDocument, { id })).order

/** One task, readable without network once it stood in the list. */
export const useTask = (id: () => string): LiveOne<TaskFragment> =>
  useLiveOne<TaskFragment>({ id, read, keepAs: nameOf })

/** Fetches, one after the other, the tasks that this phone does not know in their present version. */
export async function takeAlong(rows: readonly { id: string; version: number }[]): Promise<void> {
  for (const { id, version } of rows) {
    const known = await kept<TaskFragment>(nameOf(id))
    if ((known?.data.version ?? 0) < version) await keep(nameOf(id), await read(id))
  }
}
