import { cached } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { computed, readonly, shallowRef } from 'vue'
import { MeDocument, type MeFragment } from '../gql/graphql'

const person = shallowRef<MeFragment | null>(null)
const failure = shallowRef<unknown>(null)

/** Who works with this app; null until known. */
export const me = readonly(person)

/** Why the person could not be asked for, or null. */
export const meFailure = readonly(failure)

/** The post of another leader this one works in now. */
export const standing = computed(() => person.value?.posts.find(({ current, deputyOf }) => current && deputyOf))

export function take(come: MeFragment): void {
  person.value = come
}

/** Asks who signed in, and in whose place. */
export async function recognise(): Promise<void> {
  failure.value = null
  try {
    await cached(
      'me',
      () => graph(MeDocument),
      (answer) => take(answer.me),
    )
  } catch (caught) {
    failure.value = caught
  }
}
