import { cached } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { readonly, shallowRef } from 'vue'
import { MeDocument, type MeQuery } from '../gql/graphql'

const person = shallowRef<MeQuery['me'] | null>(null)
const failure = shallowRef<unknown>(null)

/** Who works with this app; null until known. Kept on the device for the days without network. */
export const me = readonly(person)

/** Why the person could not be asked for, or null. */
export const meFailure = readonly(failure)

/** Asks who signed in. */
export async function recognise(): Promise<void> {
  failure.value = null
  try {
    await cached(
      'me',
      () => graph(MeDocument),
      (data) => {
        person.value = data.me
      },
    )
  } catch (caught) {
    failure.value = caught
  }
}
