import { cached, keep } from '@sanwei/web/cache'
import { graph } from '@sanwei/web/graph'
import { type Ref, shallowRef } from 'vue'
import { FamilyDocument, type FamilyMemberFragment } from '../gql/graphql.ts'

export type Member = FamilyMemberFragment

export interface Family {
  members: Readonly<Ref<readonly Member[]>>
  /** Takes what the server answered to an act. */
  put(now: readonly Member[]): void
}

/** Whom this person helps and who helps him; kept on the phone, so that a report can be filed for them without network. */
export function useFamily(): Family {
  const members = shallowRef<readonly Member[]>([])
  void cached(
    'family',
    async () => (await graph(FamilyDocument)).family,
    (found) => (members.value = found),
  ).catch(() => undefined)
  return {
    members,
    put(now) {
      members.value = now
      void keep('family', now)
    },
  }
}
