import { graph } from '@sanwei/web/graph'
import { computed, type Ref } from 'vue'
import { AreaFiguresDocument, type AreaFiguresQuery, type MapMeasure } from '../gql/graphql'
import { type Polled, usePolled } from '../polled'

export type AreaFigure = AreaFiguresQuery['areaFigures'][number]

type AreaFigures = Omit<Polled<AreaFiguresQuery>, 'answer'> & { rows: Readonly<Ref<readonly AreaFigure[]>> }

/** The areas under `parent` (one's own when null). */
export function useAreaFigures(measure: () => MapMeasure, parent: () => string | null): AreaFigures {
  const { answer, ...rest } = usePolled(
    () => `areas ${measure()} ${parent()}`,
    () => graph(AreaFiguresDocument, { measure: measure(), parent: parent() }),
  )
  return { rows: computed(() => answer.value?.areaFigures ?? []), ...rest }
}
