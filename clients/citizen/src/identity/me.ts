import { cached } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { type Ref, shallowRef } from 'vue'
import { MeDocument, type MeQuery } from '../gql/graphql.ts'

/** Who uses this device: a guest, or the owner of a phone number. Null until known. */
export function useMe(): Readonly<Ref<MeQuery['me'] | null>> {
  const me = shallowRef<MeQuery['me'] | null>(null)
  void cached(
    'me',
    () => graph(MeDocument),
    (data) => (me.value = data.me),
  ).catch(() => undefined) // without network nothing depends on it
  return me
}
