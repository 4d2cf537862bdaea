import { keep, kept } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { type PhotoFragment, TaskDocument, type TaskFragment } from '../../gql/graphql'

/** A task as it can be worked on where there is no network: its facts and its small photos. */
export interface Copy {
  task: TaskFragment
  pictures: Record<string, Blob>
}

const KEEP_AS = 'along'
const copies = async (): Promise<Record<string, Copy>> => (await kept<Record<string, Copy>>(KEEP_AS))?.data ?? {}

/** The copy of a task on this phone, if it stood in the list that was read last. */
export const taken = async (id: string): Promise<Copy | undefined> => (await copies())[id]

/** Fetches what this phone does not have in its present version; what left the list is let go. */
export async function takeAlong(rows: readonly { id: string; version: number }[]): Promise<void> {
  const before = await copies()
  const now: Record<string, Copy> = {}
  for (const { id, version } of rows) {
    const known = before[id]
    now[id] = known && known.task.version >= version ? known : await copy(id)
  }
  await keep(KEEP_AS, now)
}

async function copy(id: string): Promise<Copy> {
  const task = (await graph(TaskDocument, { id })).order
  return { task, pictures: await picturesOf(task.photos) }
}

async function picturesOf(photos: readonly PhotoFragment[]): Promise<Record<string, Blob>> {
  const pictures: Record<string, Blob> = {}
  for (const { id, thumbUrl } of photos) {
    const answer = await fetch(thumbUrl)
    if (answer.ok) pictures[id] = await answer.blob()
  }
  return pictures
}
