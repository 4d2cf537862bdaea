import { graph } from '@sanwei/web/graph'
import { onMounted, type Ref, shallowRef } from 'vue'
import { ColleaguesDocument } from '../../gql/graphql'

export interface Colleague {
  value: string
  label: string
  name: string
  unitId: string | undefined
}

/** The staff who can see a case beside oneself; empty while no case is named. */
export function useColleagues(orderId: string | undefined): Readonly<Ref<Colleague[]>> {
  const found = shallowRef<Colleague[]>([])
  onMounted(async () => {
    if (!orderId) return
    const { colleagues } = await graph(ColleaguesDocument, { orderId }).catch(() => ({ colleagues: [] }))
    found.value = colleagues.map(({ id, person }) => ({
      value: id,
      name: person?.name ?? '',
      label: [person?.name, person?.unit?.name].filter(Boolean).join(' · '),
      unitId: person?.unit?.id,
    }))
  })
  return found
}
